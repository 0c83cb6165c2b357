/** Words of 32 bits in a block; of each word one bit stands for an id. */
const WORDS = 8
/** With these, one of 250 ids that were not added seems to be there. 1.5 bytes an id: 30 MB for 20 million. */
const BITS_PER_ID = 12

/** Says of most ids that were not added that they were not, without reading anything: a blocked Bloom filter. */
export class IdFilter {
  readonly #words: Uint32Array
  readonly #blocks: number

  /** For so many ids. */
  constructor(ids: number) {
    this.#blocks = Math.ceil((ids * BITS_PER_ID) / (WORDS * 32)) + 1
    this.#words = new Uint32Array(this.#blocks * WORDS)
  }

  /** Adds the id of 20 bytes that stands at `at`. Ids are as good as random, so their bytes need no hash. */
  add(bytes: Buffer, at = 0): void {
    const first = this.#firstWord(bytes, at)
    for (let i = 0; i < WORDS; i++) this.#words[first + i] = (this.#words[first + i] as number) | bitOf(bytes, at, i)
  }

  /** False: it was not added. */
  mayHold(id: Buffer): boolean {
    const first = this.#firstWord(id, 0)
    for (let i = 0; i < WORDS; i++) if (((this.#words[first + i] as number) & bitOf(id, 0, i)) === 0) return false
    return true
  }

  #firstWord(bytes: Buffer, at: number): number {
    return (bytes.readUInt32BE(at + 8) % this.#blocks) * WORDS
  }
}

/** Of the bytes behind those that choose the block. */
function bitOf(bytes: Buffer, at: number, word: number): number {
  return 1 << ((bytes[at + 12 + word] as number) & 31)
}
