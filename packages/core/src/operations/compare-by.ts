import { UsageError } from '../errors/usage-error.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { DiffCollectionInput } from './diff-collection.ts'
import { hasUniqueKeys } from './rekeyed.ts'

/**
 * How a collection is compared: the layout of each side with the key by which its records are told apart. Where one
 * side does not have the collection, the other's layout stands for both.
 */
export interface Comparison {
  readonly left: CollectionLayout
  readonly right: CollectionLayout
  /** Whether equal bytes mean equal records. */
  readonly sameColumns: boolean
}

/**
 * Decides by which key a collection is compared: the left one's, in whose order the right side is sorted again where
 * it has another. Where the right side lacks a column of it, or two records there share it, both sides are compared
 * record by record, as collections without key are.
 */
export async function compareBy(
  input: Pick<DiffCollectionInput, 'context' | 'name' | 'left' | 'right' | 'signal'>,
): Promise<Comparison> {
  const { name } = input
  // Names are chosen from the two sides, so that one of them has it.
  const left = (input.left.collections.get(name) ?? input.right.collections.get(name)) as CollectionLayout
  const right = input.right.collections.get(name) ?? left
  if (left.format !== right.format) throw notComparable(name)
  const sameColumns = columnsOf(left) === columnsOf(right)
  if (keyOf(left) === keyOf(right)) return { left, right, sameColumns }
  const keyed = keyedLike(right, left)
  if (keyed !== undefined) {
    const { context, right: operand, signal } = input
    if (implies(right, keyed) || (await hasUniqueKeys({ context, operand, keyed, signal }))) {
      return { left, right: keyed, sameColumns }
    }
  }
  return { left: withoutKey(left), right: withoutKey(right), sameColumns }
}

function columnsOf({ format, encoding, columns }: CollectionLayout): string {
  return JSON.stringify([format, encoding, columns.map(({ name, type }) => [name, type])])
}

function keyOf({ format, columns, key }: CollectionLayout): string {
  return JSON.stringify([format, key.map((part) => [columns[part.column]?.name, part.order])])
}

/** `layout` with the key of `other`, whose columns it may hold at other places; undefined where it lacks one of them. */
function keyedLike(layout: CollectionLayout, other: CollectionLayout): CollectionLayout | undefined {
  const key = other.key.map(({ column, order }) => ({
    column: layout.columns.findIndex(({ name }) => name === other.columns[column]?.name),
    order,
  }))
  return key.some(({ column }) => column === -1) ? undefined : { ...layout, key }
}

/** Whether records that differ in `layout`'s own key differ in the key of `keyed`: it holds all of its columns. */
function implies({ key }: CollectionLayout, keyed: CollectionLayout): boolean {
  if (keyed.key.length === 0) return true
  return key.length > 0 && key.every(({ column }) => keyed.key.some((part) => part.column === column))
}

function notComparable(collection: string): UsageError {
  return new UsageError(`${collection} holds rows on one side and documents on the other`, {
    hint: 'Compare snapshots of one kind of database.',
    data: { collection },
  })
}

/** The layout itself where it has no key. */
function withoutKey(layout: CollectionLayout): CollectionLayout {
  return layout.key.length === 0 ? layout : { ...layout, key: [] }
}
