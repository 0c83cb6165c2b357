const C1 = 0xcc9e2d51
const C2 = 0x1b873593

/**
 * A seeded 32-bit hash of `bytes[start, end)`: MurmurHash3_x86_32 (Austin Appleby, public domain), whose low bits are
 * as good as its high ones. It decides where chunks and tree nodes end; it protects nothing by itself. The seed is
 * secret, so that an outsider cannot choose records that all end a chunk, or none.
 */
export function hash32(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let h = seed | 0
  const length = end - start
  const tail = start + (length & ~3)
  for (let i = start; i < tail; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24)
    h ^= scramble(word)
    h = (h << 13) | (h >>> 19)
    h = (Math.imul(h, 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = end - 1; i >= tail; i--) rest = (rest << 8) | (bytes[i] as number)
  if (end > tail) h ^= scramble(rest)
  return finish(h ^ length)
}

function scramble(word: number): number {
  const k = Math.imul(word, C1)
  return Math.imul((k << 15) | (k >>> 17), C2)
}

function finish(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
