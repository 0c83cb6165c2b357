const NEWLINE = 0x0a

/** Offset just past the first newline in `bytes[from, limit)`, or -1. */
export function endOfLine(bytes: Buffer, from: number, limit: number): number {
  const newline = bytes.indexOf(NEWLINE, from)
  return newline === -1 || newline >= limit ? -1 : newline + 1
}
