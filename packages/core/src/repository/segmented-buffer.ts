/** Bytes of one segment. */
const SEGMENT_BYTES = 1024 * 1024

/**
 * A buffer that grows at its end without moving. A pack of 8 000 deltas of 100 bytes becomes one segment, not 8 000
 * buffers that a store would have to write one by one.
 */
export class SegmentedBuffer {
  readonly #segments: Buffer[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = this.#length % SEGMENT_BYTES
      if (at === 0) this.#segments.push(Buffer.allocUnsafeSlow(SEGMENT_BYTES))
      const segment = this.#segments.at(-1) as Buffer
      const part = bytes.subarray(done, done + SEGMENT_BYTES - at)
      segment.set(part, at)
      done += part.length
      this.#length += part.length
    }
  }

  /** All of it, in order; the last part is cut to what is used. */
  parts(): Buffer[] {
    return this.#segments.map((segment, i) =>
      segment.subarray(0, Math.min(SEGMENT_BYTES, this.#length - i * SEGMENT_BYTES)),
    )
  }
}
