import type { Column } from '@dbsnap/core/values'
import type { ColumnType } from '../mysql-type-map.ts'

const TEXTS = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set'])

/** The type of a column, out of the name that a snapshot keeps: `varchar(20)`. Texts are in UTF-8 there. */
export function columnTypeOf({ name, type }: Column): ColumnType {
  const dataType = (/^\w+/.exec(type)?.[0] ?? '').toLowerCase()
  return { name, dataType, charset: TEXTS.has(dataType) ? 'utf8mb4' : null, collation: null }
}
