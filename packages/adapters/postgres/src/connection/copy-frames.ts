/** Codes of the server's messages: PostgreSQL's documentation, "Message Formats" of the frontend/backend protocol. */
const COPY_DATA = 0x64 // d
const COPY_DONE = 0x63 // c
/** Those that may come between rows and tell a reader nothing: CopyOutResponse, Notice, ParameterStatus, Notification. */
const PASSED_OVER = new Set([0x48, 0x4e, 0x53, 0x41])
/** A code and a length of four bytes, which counts itself. */
const HEADER_BYTES = 5

export interface TakenFrames {
  /** The rows' bytes, moved together at the beginning of the buffer that was given. */
  readonly payload: Buffer
  /** Set once the rows have ended: what follows them, for whoever reads the rest of the answer. May be empty. */
  readonly rest: Buffer | undefined
}

/** Takes the rows out of the messages of a `COPY ... TO STDOUT`. */
export class CopyFrames {
  /** A header that was cut between two buffers. */
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  /** Bytes still to come of the current message, and whether they are a row's. */
  #left = 0
  #isData = false

  /** Takes the next bytes of the connection, cut anywhere. They are changed. Not to be called after `rest` was given. */
  take(bytes: Buffer): TakenFrames {
    let at = 0
    let filled = 0
    while (at < bytes.length) {
      if (this.#left > 0) {
        const end = Math.min(at + this.#left, bytes.length)
        if (this.#isData) {
          if (filled !== at) bytes.copyWithin(filled, at, end)
          filled += end - at
        }
        this.#left -= end - at
        at = end
        continue
      }
      if (this.#headerBytes === 0 && bytes.length - at >= HEADER_BYTES) {
        if (!this.#begin(bytes[at] as number, readLength(bytes, at))) {
          return this.#finish(bytes, filled, bytes[at] === COPY_DONE ? at + HEADER_BYTES : at)
        }
        at += HEADER_BYTES
        continue
      }
      this.#header[this.#headerBytes++] = bytes[at++] as number
      if (this.#headerBytes < HEADER_BYTES) continue
      this.#headerBytes = 0
      const code = this.#header[0] as number
      if (this.#begin(code, readLength(this.#header, 0))) continue
      if (code === COPY_DONE) return this.#finish(bytes, filled, at)
      const rest = Buffer.concat([this.#header, bytes.subarray(at)])
      return { payload: bytes.subarray(0, filled), rest }
    }
    return { payload: bytes.subarray(0, filled), rest: undefined }
  }

  /** Begins a message; false where the rows have ended. */
  #begin(code: number, length: number): boolean {
    this.#isData = code === COPY_DATA
    if (!this.#isData && !PASSED_OVER.has(code)) return false
    this.#left = length - 4
    return true
  }

  /** What follows is copied: the driver may keep it, and it lies behind bytes that the reader owns. */
  #finish(bytes: Buffer, filled: number, at: number): TakenFrames {
    return { payload: bytes.subarray(0, filled), rest: Buffer.from(bytes.subarray(at)) }
  }
}

function readLength(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at + 1)
}
