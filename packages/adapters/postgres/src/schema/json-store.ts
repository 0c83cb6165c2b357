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
  /** Of each value its piece, its start and its end. */
  #places = new Int32Array(3 * 1024)
  #count = 0

  /** How many values it holds; they have the numbers below. */
  get count(): number {
    return this.#count
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
    this.#place(this.#pieces.length - 1, this.#filled, this.#filled + bytes)
    this.#filled += bytes
    return this.#count++
  }

  /** The value of a number that `put` has returned. */
  get<Value>(number: number): Value {
    const [piece, start, end] = this.#places.subarray(3 * number, 3 * number + 3)
    return JSON.parse((this.#pieces[piece as number] as Buffer).toString('utf8', start, end))
  }

  #place(piece: number, start: number, end: number): void {
    if (3 * this.#count === this.#places.length) {
      const places = this.#places
      this.#places = new Int32Array(2 * places.length)
      this.#places.set(places)
    }
    this.#places.set([piece, start, end], 3 * this.#count)
  }
}
