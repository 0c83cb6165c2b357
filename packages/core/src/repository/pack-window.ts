import { freeBuffer } from '../values/free-buffer.ts'

/** A piece of a pack that several reads may share. Freed when it is kept no longer and nobody reads in it. */
export class PackWindow {
  readonly #bytes: Promise<Buffer>
  #readers = 0
  #isDropped = false

  constructor(bytes: Promise<Buffer>) {
    this.#bytes = bytes
    bytes.catch(() => {})
  }

  /** Hands the bytes to `use`, which must be done with them when it returns. Fails as the reading of the window does. */
  async with<T>(use: (bytes: Buffer) => T): Promise<T> {
    this.#readers++
    try {
      return use(await this.#bytes)
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
