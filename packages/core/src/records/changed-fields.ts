import type { CollectionLayout, ValueEquality } from '../values/collection.ts'
import { changedPaths } from './bson/document-diff.ts'
import { canonicalJson } from './canonical-json.ts'
import { decodeText } from './decode-text.ts'
import { RecordFields } from './record-fields.ts'

interface SharedColumn {
  readonly name: string
  readonly left: number
  readonly right: number
  readonly equality: ValueEquality
}

/** The names of the columns or paths of the fields, sorted, in which two records of one key differ. None: the records do not differ. */
export type FieldComparison = (left: Buffer, right: Buffer) => string[]

/**
 * Prepares the comparison of records of two layouts by column name. Columns that only one side has are no difference
 * of a record: the schema's diff reports them. Values are compared as `Column.equality` says; by their bytes where the
 * two sides disagree about it, and by their text where the sides have different encodings. Documents are compared by
 * path. Both layouts have one format.
 */
export function compareFields(leftLayout: CollectionLayout, rightLayout: CollectionLayout): FieldComparison {
  if (leftLayout.format === 'bson') return changedPaths
  const shared = sharedColumns(leftLayout, rightLayout)
  const encodings = [leftLayout.encoding, rightLayout.encoding] as const
  const isOneEncoding = encodings[0] === encodings[1]
  const [leftFields, rightFields] = [new RecordFields(leftLayout), new RecordFields(rightLayout)]
  return (left, right) => {
    leftFields.read(left)
    rightFields.read(right)
    const changed: string[] = []
    for (const column of shared) {
      if (isOneEncoding && leftFields.equals(column.left, rightFields, column.right)) continue
      const [a, b] = [leftFields.value(column.left), rightFields.value(column.right)]
      if (!isEqual(a, b, column.equality, encodings)) changed.push(column.name)
    }
    return changed
  }
}

/** `compareFields` for a single pair of records. */
export function changedFields(
  left: Buffer,
  right: Buffer,
  leftLayout: CollectionLayout,
  rightLayout: CollectionLayout,
): string[] {
  return compareFields(leftLayout, rightLayout)(left, right)
}

function sharedColumns(leftLayout: CollectionLayout, rightLayout: CollectionLayout): SharedColumn[] {
  const shared: SharedColumn[] = []
  leftLayout.columns.forEach(({ name, equality }, left) => {
    const right = rightLayout.columns.findIndex((column) => column.name === name)
    const other = rightLayout.columns[right]
    if (other !== undefined)
      shared.push({ name, left, right, equality: equality === other.equality ? equality : 'bytes' })
  })
  return shared.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function isEqual(
  left: Buffer | null,
  right: Buffer | null,
  equality: ValueEquality,
  encodings: readonly [string, string],
): boolean {
  if (left === null || right === null) return left === right
  if (encodings[0] === encodings[1] && left.equals(right)) return true
  if (equality === 'bytes' && encodings[0] === encodings[1]) return false
  const a = decodeText(left, encodings[0])
  const b = decodeText(right, encodings[1])
  return a === b || (equality === 'json' && isEqualJson(a, b)) || (equality === 'float' && isEqualFloat(a, b))
}

function isEqualJson(a: string, b: string): boolean {
  const canonical = canonicalJson(a)
  return canonical !== undefined && canonical === canonicalJson(b)
}

/** Two spellings of one number: `1e2` and `100`. Not 0 and -0, which are different values to restore. */
function isEqualFloat(a: string, b: string): boolean {
  return isNumber(a) && isNumber(b) && Object.is(Number(a), Number(b))
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text))
}
