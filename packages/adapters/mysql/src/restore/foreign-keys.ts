import { IncompatibleTargetError } from '@dbsnap/core/errors'
import type { SchemaObject } from '@dbsnap/core/values'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import { unquoted } from '../schema/create-table.ts'

/** A foreign key, out of the words of SHOW CREATE TABLE. */
export interface ForeignKey {
  readonly name: string
  readonly table: string
  readonly referenced: string
  /** Names for statements. */
  readonly columns: readonly string[]
  readonly referencedColumns: readonly string[]
  /** `CONSTRAINT `n` FOREIGN KEY ...`, as ALTER TABLE ADD takes it. */
  readonly text: string
}

const NAME = '`(?:[^`]|``)*`'
const SHAPE = new RegExp(`^CONSTRAINT (${NAME}) FOREIGN KEY \\(([^)]*)\\) REFERENCES (${NAME}) \\(([^)]*)\\)`)

/** The foreign key that an object is; undefined where it is none, or refers to another database. */
export function foreignKeyOf({ kind, collection, definition }: SchemaObject): ForeignKey | undefined {
  if (kind !== 'constraint' || definition.type !== 'foreign key' || collection === undefined) return undefined
  const text = String(definition.definition)
  const match = SHAPE.exec(text)
  if (match === null) return undefined
  const [, name, columns, referenced, referencedColumns] = match as unknown as [string, string, string, string, string]
  const names = (list: string) => list.match(new RegExp(NAME, 'g')) ?? []
  return {
    name: unquoted(name),
    table: collection,
    referenced: unquoted(referenced),
    columns: names(columns),
    referencedColumns: names(referencedColumns),
    text,
  }
}

/**
 * Fails with `IncompatibleTargetError` where a row refers to one that is not there. `tableOf`: a table's name for
 * statements, wherever it lies at the moment.
 */
export async function verifyForeignKey(
  connection: MysqlConnection,
  key: ForeignKey,
  tableOf: (table: string) => string,
): Promise<void> {
  const pairs = key.columns.map((column, i) => `p.${key.referencedColumns[i]} = f.${column}`)
  const present = key.columns.map((column) => `f.${column} IS NOT NULL`)
  // A locking read sees what is there now, also in tables that were made after the transaction began.
  const rows = await connection.query(
    `verify foreign key ${key.name}`,
    `SELECT 1 FROM ${tableOf(key.table)} f LEFT JOIN ${tableOf(key.referenced)} p ON ${pairs.join(' AND ')}
      WHERE ${present.join(' AND ')} AND p.${key.referencedColumns[0]} IS NULL LIMIT 1 LOCK IN SHARE MODE`,
  )
  if (rows.length === 0) return
  throw new IncompatibleTargetError(`foreign key ${key.name} of ${key.table} does not hold after the restore`, {
    hint: `Rows of ${key.table} would refer to rows that ${key.referenced} does not have. Restore both tables together. Nothing was changed.`,
    data: { constraint: key.name, table: key.table, referenced: key.referenced },
  })
}
