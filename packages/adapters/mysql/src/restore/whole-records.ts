const NEWLINE = 0x0a

/** Cuts bytes, which are cut anywhere, into buffers that end where a record does. */
export async function* wholeRecords(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let pending: Buffer[] = []
  for await (const part of bytes) {
    const end = part.lastIndexOf(NEWLINE) + 1
    if (end === 0) {
      pending.push(Buffer.from(part))
      continue
    }
    yield pending.length === 0 ? part.subarray(0, end) : Buffer.concat([...pending, part.subarray(0, end)])
    pending = end < part.length ? [Buffer.from(part.subarray(end))] : []
  }
  if (pending.length > 0) yield Buffer.concat(pending)
}

/** How many records a buffer ends. */
export function countRecords(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
