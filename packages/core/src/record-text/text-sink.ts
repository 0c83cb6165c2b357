import { freeBuffer } from '../values/free-buffer.ts'

/** Bytes of a new buffer: two pieces of 64 KiB. */
const FIRST_BYTES = 128 * 1024

/** UTF-8 text that grows in one buffer, so that a value costs no string. */
export class TextSink {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  length = 0

  /** Makes room for so many more bytes; `bytes` may be another buffer afterwards. */
  ensure(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length))
    this.bytes.copy(larger, 0, 0, this.length)
    freeBuffer(this.bytes)
    this.bytes = larger
  }

  write(text: string): void {
    // A UTF-16 unit is at most three bytes of UTF-8.
    this.ensure(3 * text.length)
    this.length += this.bytes.write(text, this.length)
  }

  /** Appends one byte for which there is room. */
  push(byte: number): void {
    this.bytes[this.length++] = byte
  }

  append(source: Buffer, start: number, end: number): void {
    this.ensure(end - start)
    this.length += source.copy(this.bytes, this.length, start, end)
  }

  /** What was written since the last call. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
    this.length = 0
    return taken
  }
}
