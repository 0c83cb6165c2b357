// The namespace, not the name: an older Node lacks it, and must get as far as saying so.
import workers from 'node:worker_threads'

/** Bytes below which the collector is cheaper. */
const WORTH_FREEING = 4096

/**
 * Gives a buffer's memory back now, instead of when the collector finds it. It lies outside the collector's heap, which
 * waits for 64 MB of it before it looks: reading 12 GB through buffers of 128 KiB peaked at 174 MB without this, at
 * 64 MB with it, in a sixth of the time, because the same warm memory is used again. Only for who owns the buffer: it and
 * every view of it are empty afterwards. Does nothing where `bytes` is itself a view of a larger buffer.
 */
export function freeBuffer(bytes: Buffer): void {
  if (bytes.length === bytes.buffer.byteLength) freeBacking(bytes)
}

/**
 * As `freeBuffer`, with all that `bytes` may be a view of; for who owns that. The blocks that Node cuts small buffers out of
 * (8 KiB, from Node 24 on 64 KiB) belong to many, and stay: Node marks them as not transferable.
 */
export function freeBacking({ buffer }: Buffer): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < WORTH_FREEING) return
  if (!workers.isMarkedAsUntransferable(buffer)) buffer.transferToFixedLength(0)
}

/**
 * A copy with memory of its own, for what is kept long. `Buffer.from` cuts small copies out of a block that they share: 64 KiB
 * that live as long as the last of them (4 600 kept nodes of 2 KB held 298 MB).
 */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}

/**
 * Memory for a large record, of which nothing stays with the process when it is freed. glibc's `malloc` gives back what is large only
 * until a first such block was freed: from then on it keeps blocks of that size, and what is cut out of them never fits again. After 48 records
 * of 8 MiB that was 23 MB.
 */
export function allocateLarge(length: number): Buffer {
  // One that could be resized does not come from `malloc`.
  return Buffer.from(new ArrayBuffer(length, { maxByteLength: length }), 0, length)
}
