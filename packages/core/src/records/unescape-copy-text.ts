const BACKSLASH = 0x5c

/** What stands for a control character after a backslash; any other byte stands for itself (PostgreSQL documentation, COPY, text format). */
const ESCAPES: Readonly<Record<number, number>> = {
  0x62: 0x08,
  0x66: 0x0c,
  0x6e: 0x0a,
  0x72: 0x0d,
  0x74: 0x09,
  0x76: 0x0b,
}

/** The byte that stands for `escaped` after a backslash. */
export function unescapedByte(escaped: number): number {
  return ESCAPES[escaped] ?? escaped
}

/**
 * Writes the value whose COPY text is `source[start, end)` to the beginning of `out`, which must have room for as many
 * bytes, and returns its length. Octal and hexadecimal escapes are never written by servers and are not read.
 */
export function unescapeCopyText(source: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let length = 0
  for (let i = start; i < end; i++) {
    let byte = source[i] as number
    if (byte === BACKSLASH && i + 1 < end) {
      byte = unescapedByte(source[++i] as number)
    }
    out[length++] = byte
  }
  return length
}
