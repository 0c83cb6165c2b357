import type { ObjectReader } from '../ports/object-access.ts'
import { freeBacking } from '../values/free-buffer.ts'
import { readChunk } from './read-chunk.ts'
import type { ChunkStep, DiffStep, EqualStep } from './tree-diff.ts'

/** Steps read ahead: 8 chunks a side on average, so that the store's latency is hidden. */
const MAX_STEPS = 16

/** Bytes of chunks that may be held, read ahead and in use together. Beyond, a chunk is read only when it is its turn. */
const MAX_BYTES = 8 * 1024 * 1024

/** A chunk that is to be compared, read. */
export type LoadedChunk = ChunkStep & { readonly bytes: Buffer }

export type LoadedStep = EqualStep | LoadedChunk

interface Waiting {
  readonly step: DiffStep
  bytes: Promise<Buffer> | undefined
}

/**
 * Takes steps from a tree diff ahead of the comparison and reads their chunks, several at a time, in bounded memory:
 * large records are neither taken nor read before they are asked for.
 */
export class StepLoader {
  readonly #objects: Record<ChunkStep['side'], ObjectReader>
  readonly #queue: Waiting[] = []
  readonly #pump: Promise<void>
  #held = 0
  #isAsked = false
  #isClosed = false
  #hasEnded = false
  #failure: { readonly error: unknown } | undefined
  /** Wakes the one of pump and consumer that sleeps; never both do. */
  #wake: () => void = () => {}

  constructor(steps: AsyncIterable<DiffStep>, left: ObjectReader, right: ObjectReader) {
    this.#objects = { left, right }
    this.#pump = this.#run(steps)
  }

  /** The next step with its chunk's bytes; undefined at the end. A failure of the steps or of a read is thrown in its place. */
  async next(): Promise<LoadedStep | undefined> {
    while (this.#queue.length === 0 && !this.#hasEnded) {
      this.#isAsked = true
      this.#wake()
      await this.#sleep()
    }
    this.#isAsked = false
    const waiting = this.#queue.shift()
    this.#wake()
    if (waiting === undefined) {
      if (this.#failure !== undefined) throw this.#failure.error
      return undefined
    }
    const { step } = waiting
    if (step.side === 'both') return step
    return { ...step, bytes: await (waiting.bytes ?? this.#load(step)) }
  }

  /** Says that a chunk is held no longer, and frees its bytes. */
  release({ entry, bytes }: LoadedChunk): void {
    this.#held -= entry.bytes
    freeBacking(bytes)
    this.#wake()
  }

  /** Stops taking steps, and resolves when their source has been closed. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    await this.#pump
  }

  async #run(steps: AsyncIterable<DiffStep>): Promise<void> {
    try {
      for await (const step of steps) {
        if (this.#isClosed) break
        this.#queue.push({ step, bytes: this.#loadEarly(step) })
        this.#wake()
        while (this.#isFull() && !this.#isClosed) await this.#sleep()
        if (this.#isClosed) break
      }
    } catch (error) {
      this.#failure = { error }
    }
    this.#hasEnded = true
    this.#wake()
  }

  #isFull(): boolean {
    if (this.#held > MAX_BYTES) return this.#queue.length > 0 || !this.#isAsked
    return this.#queue.length >= MAX_STEPS
  }

  #loadEarly(step: DiffStep): Promise<Buffer> | undefined {
    if (step.side === 'both') return undefined
    this.#held += step.entry.bytes
    if (this.#held > MAX_BYTES) return undefined
    const bytes = this.#load(step)
    // A failure is thrown when the step's turn comes; until then it must not count as unhandled.
    bytes.catch(() => {})
    return bytes
  }

  async #load(step: ChunkStep): Promise<Buffer> {
    return step.plaintext ?? (await readChunk(this.#objects[step.side], step.entry))
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
