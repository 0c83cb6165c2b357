import { freeBuffer } from './free-buffer.ts'

/** Bytes that grow at their end, in one piece of memory of their own which doubles where it must. */
export class GrowingBuffer {
  #memory = Buffer.alloc(0)
  #length = 0

  /** What was appended; a view that is valid until the next call. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#memory.length) {
      const memory = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#memory.length))
      this.#memory.copy(memory, 0, 0, this.#length)
      freeBuffer(this.#memory)
      this.#memory = memory
    }
    this.#memory.set(bytes, this.#length)
    this.#length = length
  }

  /** Gives the memory back, and is empty. */
  free(): void {
    freeBuffer(this.#memory)
    this.#memory = Buffer.alloc(0)
    this.#length = 0
  }
}
