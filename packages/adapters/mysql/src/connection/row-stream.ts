import type { Duplex } from 'node:stream'
import { freeBuffer } from '@dbsnap/core/values'
import type { DriverConnection } from '../mysql-client.ts'
import { lostConnection } from './lost-connection.ts'
import { RowPackets } from './row-packets.ts'

/** Bytes that may wait for the reader. The socket hands over 64 KiB at a time: four keep the server busy meanwhile. */
const READ_AHEAD = 256 * 1024

type DataListener = (bytes: Buffer) => void

/**
 * The records of a SELECT, read by iterating over it. While rows arrive the socket is ours and not the driver's, so that
 * no row costs an object. Buffers are cut anywhere, and each is used again
 * when the next is asked for. The connection must be idle when it is made.
 */
export class RowStream implements AsyncIterable<Buffer> {
  readonly #stream: Duplex
  readonly #packets = new RowPackets()
  readonly #waiting: Buffer[] = []
  #waitingBytes = 0
  #driverListener: DataListener | undefined
  #ended = false
  #failure: unknown
  #wake: (() => void) | undefined

  constructor(connection: DriverConnection, sql: string) {
    this.#stream = connection.stream
    this.#stream.once('close', this.#onClose)
    connection.query({ sql }, (error) => {
      this.#giveBack([])
      this.#failure ??= error ?? undefined
      this.#end()
    })
    const [listener] = this.#stream.listeners('data') as DataListener[]
    if (listener === undefined || this.#stream.destroyed) {
      this.#onClose()
      return
    }
    this.#driverListener = listener
    this.#stream.on('data', this.#onData)
    this.#stream.off('data', listener)
  }

  /** Leaving early leaves the statement running and the socket paused: `drain` or destroy. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const piece = this.#waiting.shift()
      if (piece !== undefined) {
        this.#waitingBytes -= piece.length
        if (this.#waitingBytes < READ_AHEAD / 2 && this.#driverListener !== undefined) this.#stream.resume()
        yield piece
        this.#packets.recycle(piece)
      } else if (this.#failure !== undefined) throw this.#failure
      else if (this.#ended) return
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }

  /** Reads what is left and forgets it; whoever calls has cancelled the statement. Resolves also where that is its end. */
  async drain(): Promise<void> {
    try {
      for await (const _ of this);
    } catch {
      // that the statement was cancelled is what was asked for; a lost connection shows in the next statement
    }
  }

  readonly #onData = (bytes: Buffer): void => {
    try {
      const { pieces, driver, ended } = this.#packets.take(bytes)
      for (const piece of pieces) {
        this.#waiting.push(piece)
        this.#waitingBytes += piece.length
      }
      // All of it was copied. Only what is a whole buffer: a stream that is no socket may hand out views of one.
      freeBuffer(bytes)
      if (ended) this.#giveBack(driver)
      else {
        for (const packet of driver) this.#driverListener?.(packet)
        if (this.#waitingBytes >= READ_AHEAD) this.#stream.pause()
      }
    } catch (error) {
      this.#failure = error
      this.#stream.destroy()
    }
    this.#wake?.()
  }

  /** The driver reads the answer's end, or its error, itself. */
  #giveBack(packets: readonly Buffer[]): void {
    const listener = this.#driverListener
    if (listener === undefined) return
    this.#driverListener = undefined
    this.#stream.on('data', listener)
    this.#stream.off('data', this.#onData)
    this.#stream.resume()
    for (const packet of packets) listener(packet)
  }

  readonly #onClose = (): void => {
    if (!this.#ended) this.#failure ??= lostConnection()
    this.#end()
  }

  #end(): void {
    this.#ended = true
    this.#stream.off('close', this.#onClose)
    this.#wake?.()
  }
}
