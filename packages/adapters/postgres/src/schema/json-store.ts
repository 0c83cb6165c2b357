/** Bytes. What is larger gets a piece of its own. */
const PIECE_BYTES = 256 * 1024

/**
 * Values as JSON outside the heap, each known by a number, made anew each time they are asked for. What lives in the heap
 * is copied twice by the collector before it is left in peace, and each doubling of what was copied doubles the space for
 * new objects, up to 128 MB: so the rows and drafts of 10 000 tables cost 300 MB as objects.
 */
export class JsonStore {
  readonly #pieces: Buffer[] = []
  /** Bytes of the last piece that are filled. */
  #filled = 0
  readonly #piece: number[] = []
  readonly #start: number[] = []
  readonly #end: number[] = []

  /** How many values it holds; they have the numbers below. */
  get count(): number {
    return this.#piece.length
  }

  /** Keeps a value; returns its number. */
  put(value: object): number {
    const text = JSON.stringify(value)
    const bytes = Buffer.byteLength(text)
    let last = this.#pieces.at(-1)
    if (last === undefined || this.#filled + bytes > last.length) {
      last = Buffer.allocUnsafeSlow(Math.max(bytes, PIECE_BYTES))
      this.#pieces.push(last)
      this.#filled = 0
    }
    last.write(text, this.#filled)
    this.#piece.push(this.#pieces.length - 1)
    this.#start.push(this.#filled)
    this.#filled += bytes
    this.#end.push(this.#filled)
    return this.count - 1
  }

  /** The value of a number that `put` has returned. */
  get<Value>(number: number): Value {
    const piece = this.#pieces[this.#piece[number] as number] as Buffer
    return JSON.parse(piece.toString('utf8', this.#start[number], this.#end[number]))
  }
}
