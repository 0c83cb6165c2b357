import type { Duplex } from 'node:stream'
import { freeBacking } from '@dbsnap/core/values'
import type { CopyInStream } from '../postgres-client.ts'

/**
 * Small buffers are joined to at least this many bytes before they are sent. The server takes 0.10 million rows a
 * second in one message a row and 0.91 million in messages of 64 KiB (1 000 000 rows of 106 bytes, PostgreSQL 18).
 */
const MESSAGE_BYTES = 64 * 1024

/** Each stream queues so many bytes, so that a server is busy while another one's turn is filled. */
export const COPY_QUEUE_BYTES = 4 * 1024 * 1024

/** Sent to the server when a COPY is given up; it ends in the server's log, so it says nothing about the cause. */
const GIVEN_UP = 'given up by DBSnap'

/**
 * One `COPY ... FROM STDIN` under way. Buffers are cut anywhere; they and the memory behind them are its own once they were
 * handed over, and are freed when they have left the process.
 */
export class CopyIn {
  readonly #stream: CopyInStream
  readonly #socket: Duplex | undefined
  readonly #translate: (error: unknown) => Error
  readonly #finished: Promise<void>
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** Written, and perhaps still waiting in the stream or in the socket. */
  #written: Buffer[] = []
  #failure: Error | undefined

  /** `translate` makes one of our errors of whatever the driver reports. */
  constructor(stream: CopyInStream, socket: Duplex | undefined, translate: (error: unknown) => Error) {
    this.#stream = stream
    this.#socket = socket
    this.#translate = translate
    this.#finished = new Promise((resolve, reject) => {
      stream.once('finish', resolve)
      stream.on('error', (error) => {
        this.#failure ??= translate(error)
        reject(this.#failure)
      })
    })
    this.#finished.catch(() => {})
  }

  /** Hands over bytes without waiting. The caller awaits `room` now and then, or memory is not bounded. */
  push(bytes: Buffer): void {
    if (this.#failure !== undefined || bytes.length === 0) return
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    if (this.#pendingBytes >= MESSAGE_BYTES) this.#send()
  }

  /** Resolves when more can be pushed; fails with what the server said against what was pushed before. */
  async room(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (!this.#stream.writableNeedDrain) return
    let drained = () => {}
    const drain = new Promise<void>((resolve) => {
      drained = resolve
      this.#stream.once('drain', resolve)
    })
    try {
      await Promise.race([drain, this.#finished])
    } finally {
      this.#stream.off('drain', drained)
    }
  }

  /** Ends the COPY; resolves with the number of records when the server has them all. */
  async end(): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure
    this.#send()
    this.#stream.end()
    await this.#finished
    return this.#stream.rowCount
  }

  /** Gives the COPY up. Resolves when the connection can be used again, or is gone. Quiet after `end` or a failure. */
  async giveUp(): Promise<void> {
    if (this.#failure !== undefined || this.#stream.writableFinished) return
    const closed = new Promise<void>((resolve) => this.#stream.once('close', () => resolve()))
    const failure = this.#translate(new Error(GIVEN_UP))
    this.#stream.destroy(new Error(GIVEN_UP))
    await Promise.race([closed, this.#finished.catch(() => {})])
    this.#failure ??= failure
  }

  #send(): void {
    if (this.#pendingBytes === 0) return
    const [first] = this.#pending
    const isOne = this.#pending.length === 1 && first !== undefined
    const message = isOne ? first : Buffer.concat(this.#pending)
    if (!isOne) for (const bytes of this.#pending) freeBacking(bytes)
    this.#pending = []
    this.#pendingBytes = 0
    this.#written.push(message)
    this.#stream.write(message, this.#freeWritten)
  }

  /** What was written is needed until both queues are empty: the stream's callback says only that the socket has it. */
  readonly #freeWritten = (): void => {
    if (this.#socket?.writableLength !== 0 || this.#stream.writableLength > 0) return
    for (const bytes of this.#written) freeBacking(bytes)
    this.#written = []
  }
}
