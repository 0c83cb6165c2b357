import type { Console } from './console.ts'

/** UTF-16 units. A write of its own for each of 5 000 000 lines would cost more than finding them. */
const PIECE_LENGTH = 64 * 1024

/** Text on its way to stdout, in pieces; at once where a person watches. Ends with `flush`. */
export class GatheredOutput {
  readonly #console: Console
  #text = ''

  constructor(console: Console) {
    this.#console = console
  }

  /** Waits, where it writes, while the reader is slow. */
  async add(text: string): Promise<void> {
    this.#text += text
    if (this.#console.interactive || this.#text.length >= PIECE_LENGTH) await this.flush()
  }

  async flush(): Promise<void> {
    const text = this.#text
    this.#text = ''
    if (text !== '') await this.#console.out(text)
  }
}
