import { freeBuffer } from '../values/free-buffer.ts'

/** A piece of a pack that several reads may share. Freed when it is kept no longer and nobody reads in it. */
export class PackWindow {
  /** Where in the pack it begins and ends. */
  readonly offset: number
  readonly end: number
  readonly #bytes: Promise<Buffer>
  #asked = 0
  #readers = 0
  #isDropped = false

  /** `bytes` are `length` bytes of the pack from `offset` on. */
  constructor(offset: number, length: number, bytes: Promise<Buffer>) {
    this.offset = offset
    this.end = offset + length
    this.#bytes = bytes
    bytes.catch(() => {})
  }

  /** How many of its bytes were asked for so far, at most all: what was read for nothing is the rest. */
  get used(): number {
    return Math.min(this.#asked, this.end - this.offset)
  }

  /** Fills `target` from `at` on with what it holds from `offset` of the pack on. Fails as the reading of the window does. */
  async copy(target: Buffer, at: number, offset: number): Promise<void> {
    const length = Math.min(target.length - at, this.end - offset)
    this.#asked += length
    this.#readers++
    try {
      const bytes = await this.#bytes
      bytes.copy(target, at, offset - this.offset, offset - this.offset + length)
    } finally {
      this.#readers--
      this.#freeUnused()
    }
  }

  /** Says that it is kept no longer. */
  drop(): void {
    this.#isDropped = true
    this.#freeUnused()
  }

  #freeUnused(): void {
    if (this.#isDropped && this.#readers === 0) this.#bytes.then(freeBuffer, () => {})
  }
}
