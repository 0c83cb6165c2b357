import type { CollectionLayout } from '@dbsnap/core/values'
import { quoteLiteral } from '../schema/identifiers.ts'
import { quoteName } from './quote-name.ts'

/** `COPY ... FROM STDIN` of a collection's bytes, in the encoding in which they were read. */
export function copyStatement(table: string, layout: CollectionLayout, encoding: string): string {
  const columns = layout.columns.map(({ name }) => quoteName(name))
  const list = columns.length === 0 ? '' : ` (${columns.join(', ')})`
  return `COPY ${table}${list} FROM STDIN WITH (ENCODING ${quoteLiteral(encoding)})`
}
