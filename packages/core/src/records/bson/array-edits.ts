import { type BsonValue, isSameValue } from './document-fields.ts'

/** What became of the elements of an array: positions count from 0 on each side. */
export type ArrayEdit =
  | { readonly kind: 'changed'; readonly left: number; readonly right: number }
  | { readonly kind: 'removed'; readonly left: number }
  /** `left`: the element of the left side before which it was put. */
  | { readonly kind: 'added'; readonly left: number; readonly right: number }

/**
 * Elements that are compared with each other at most, to find what was inserted between equal ones; beyond it, what
 * lies between the equal beginning and the equal end is compared place by place.
 */
const MAX_COMPARISONS = 40_000

/** The shortest way from one array to the other, in ascending positions. Removed and added in one place are `changed`. */
export function arrayEdits(left: readonly BsonValue[], right: readonly BsonValue[]): ArrayEdit[] {
  const least = Math.min(left.length, right.length)
  const isSame = (l: number, r: number): boolean => isSameValue(left[l] as BsonValue, right[r] as BsonValue)
  let begin = 0
  while (begin < least && isSame(begin, begin)) begin++
  let tail = 0
  while (tail < least - begin && isSame(left.length - 1 - tail, right.length - 1 - tail)) tail++
  const [leftEnd, rightEnd] = [left.length - tail, right.length - tail]
  const [rows, columns] = [leftEnd - begin, rightEnd - begin]
  const edits: ArrayEdit[] = []
  let [l, r] = [begin, begin]
  for (const [nextLeft, nextRight] of kept(rows, columns, (i, j) => isSame(begin + i, begin + j))) {
    addGap(edits, l, begin + nextLeft, r, begin + nextRight)
    l = begin + nextLeft + 1
    r = begin + nextRight + 1
  }
  addGap(edits, l, leftEnd, r, rightEnd)
  return edits
}

/** Between two kept elements: as many are changed as both sides have, the rest was removed or added. */
function addGap(edits: ArrayEdit[], left: number, leftEnd: number, right: number, rightEnd: number): void {
  let [l, r] = [left, right]
  while (l < leftEnd && r < rightEnd) edits.push({ kind: 'changed', left: l++, right: r++ })
  while (l < leftEnd) edits.push({ kind: 'removed', left: l++ })
  while (r < rightEnd) edits.push({ kind: 'added', left: l, right: r++ })
}

/** The longest common subsequence, as pairs of positions; none where that would cost too much. */
function kept(rows: number, columns: number, isSame: (i: number, j: number) => boolean): [number, number][] {
  if (rows * columns > MAX_COMPARISONS) return []
  const width = columns + 1
  const lengths = new Uint32Array((rows + 1) * width)
  const same = new Uint8Array(rows * columns)
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const isEqual = isSame(i, j)
      if (isEqual) same[i * columns + j] = 1
      const [below, beside] = [lengths[(i + 1) * width + j] as number, lengths[i * width + j + 1] as number]
      lengths[i * width + j] = isEqual ? (lengths[(i + 1) * width + j + 1] as number) + 1 : Math.max(below, beside)
    }
  }
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (same[i * columns + j] === 1) pairs.push([i++, j++])
    else if ((lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number)) i++
    else j++
  }
  return pairs
}
