/** Most bytes that `writeVarint` uses: 53 bits in groups of 7. */
export const MAX_VARINT_BYTES = 8

/** Writes a whole number from 0 to 2^53 - 1, low groups of 7 bits first, in as few bytes as it needs. Returns the end. */
export function writeVarint(target: Buffer, offset: number, value: number): number {
  let rest = value
  let at = offset
  while (rest >= 0x80) {
    target[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  target[at++] = rest
  return at
}

/** Reads numbers that `writeVarint` wrote. `offset` moves on; a number that is cut, too large or not in its shortest form is -1. */
export class VarintReader {
  readonly #bytes: Buffer
  offset: number

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes
    this.offset = offset
  }

  /** The next number, or -1. */
  next(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#bytes[this.offset]
      if (byte === undefined) return -1
      this.offset += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return (byte === 0 && i > 0) || value > Number.MAX_SAFE_INTEGER ? -1 : value
      scale *= 0x80
    }
    return -1
  }
}
