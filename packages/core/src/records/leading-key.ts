import type { CollectionLayout } from '../values/collection.ts'
import { decodeField } from './copy-text-fields.ts'
import { decodeText } from './decode-text.ts'

const TAB = 0x09

/** Characters of one value that a message shows. */
const SHOWN_CHARACTERS = 100

/**
 * The key of a record that is too large to be read, for the message that refuses it: `id=7, kind=a`. Of its fields only
 * those that are whole in `head`, the record's beginning, are known; empty where none of the key's is among them.
 */
export function leadingKey(head: Buffer, { format, key, columns, encoding }: CollectionLayout): string {
  // No server takes a document that large.
  if (format === 'bson') return ''
  const parts: string[] = []
  let start = 0
  for (let column = 0; column < columns.length; column++) {
    const tab = head.indexOf(TAB, start)
    if (tab === -1) break
    if (key.some((part) => part.column === column)) {
      const value = decodeField(head.subarray(start, tab))
      const text = value === null ? 'NULL' : decodeText(value, encoding)
      parts.push(`${columns[column]?.name}=${text.slice(0, SHOWN_CHARACTERS)}`)
    }
    start = tab + 1
  }
  return parts.join(', ')
}
