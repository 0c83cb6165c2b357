import type { IndexedPack } from '../format/index-codec.ts'
import type { PackEntry } from '../format/pack-codec.ts'
import { freeBacking } from '../values/free-buffer.ts'
import { type EncodedObject, PackBuilder } from './pack-builder.ts'
import type { RepositoryContext } from './repository-context.ts'
import { packFile } from './repository-files.ts'

/** A pack that is durable. */
export interface WrittenPack extends IndexedPack {
  readonly entries: readonly PackEntry[]
}

export interface PackWriterOptions {
  readonly packBytes: number
  readonly signal: AbortSignal | undefined
  /** Called once per pack, when it is durable, in order; the next one waits for it. */
  readonly onDurable: (pack: WrittenPack) => Promise<void>
}

/**
 * Fills packs one after the other and puts them, as many at a time as the store wants: so many packs are in memory, and the one that
 * is being filled.
 */
export class PackWriter {
  readonly #context: RepositoryContext
  readonly #options: PackWriterOptions
  readonly #steps: Promise<void>[] = []
  #current: PackBuilder | undefined

  constructor(context: RepositoryContext, options: PackWriterOptions) {
    this.#context = context
    this.#options = options
  }

  /** Adds an object to the current pack. Waits while too many are still being put. */
  async append(object: EncodedObject): Promise<PackEntry> {
    this.#current ??= new PackBuilder(this.#context)
    const entry = this.#current.append(object)
    if (this.#current.size >= this.#options.packBytes) await this.#put()
    return entry
  }

  /** Puts what is begun and resolves when every pack is durable and `onDurable` was called for it. */
  async finish(): Promise<void> {
    if (this.#current !== undefined) await this.#put()
    await Promise.all(this.#steps)
  }

  /** Waits for puts that are under way, however they end. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#steps)
  }

  async #put(): Promise<void> {
    const pack = this.#current as PackBuilder
    this.#current = undefined
    if (this.#steps.length >= (this.#context.store.parallelPuts ?? 1)) await this.#steps.shift()
    const body = pack.finish()
    const { signal } = this.#options
    const put = this.#context.store.put(packFile(pack.id), body, signal === undefined ? {} : { signal })
    const step = this.#follow(put, this.#steps.at(-1), pack, body)
    step.catch(() => {})
    this.#steps.push(step)
  }

  async #follow(
    put: Promise<void>,
    previous: Promise<void> | undefined,
    pack: PackBuilder,
    body: readonly Buffer[],
  ): Promise<void> {
    await put
    for (const part of body) freeBacking(part)
    await previous
    await this.#options.onDurable({ id: pack.id, size: pack.size, entries: pack.entries })
  }
}
