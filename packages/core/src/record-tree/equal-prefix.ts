/** Bytes of the first comparison. A difference is mostly near where the last one was, or far away. */
const FIRST_BLOCK = 256

/** Bytes of a comparison at most. Above, what a mismatch has to narrow down costs more than calls are saved. */
const LARGEST_BLOCK = 65_536

/** Bytes below which a loop finds the first difference sooner than another call. */
const LOOP_BELOW = 32

/** How many bytes from `aStart` in `a` and from `bStart` in `b` are equal, up to `length`. Runs at the speed of memcmp. */
export function equalPrefix(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): number {
  let at = 0
  for (let block = FIRST_BLOCK; at < length; block = Math.min(2 * block, LARGEST_BLOCK)) {
    const size = Math.min(block, length - at)
    if (!equalRange(a, aStart + at, b, bStart + at, size))
      return at + firstDifference(a, aStart + at, b, bStart + at, size)
    at += size
  }
  return length
}

/** Whether `size` bytes are equal. */
export function equalRange(a: Buffer, aStart: number, b: Buffer, bStart: number, size: number): boolean {
  return a.compare(b, bStart, bStart + size, aStart, aStart + size) === 0
}

function firstDifference(a: Buffer, aStart: number, b: Buffer, bStart: number, size: number): number {
  let at = 0
  let rest = size
  while (rest > LOOP_BELOW) {
    const half = rest >>> 1
    if (equalRange(a, aStart + at, b, bStart + at, half)) {
      at += half
      rest -= half
    } else {
      rest = half
    }
  }
  while (a[aStart + at] === b[bStart + at]) at += 1
  return at
}
