import { InterruptedError, SourceFailedError, UnknownCollectionError } from '@dbsnap/core/errors'
import type { ReadPoint, SourceCollection, SourceFacts } from '@dbsnap/core/ports'
import type { SchemaDocument } from '@dbsnap/core/values'
import type { MemoryTable } from './memory-table.ts'

/** What a memory database does wrong on purpose while one of its tables is read. */
export interface ReadingFault {
  /** The read fails when this many bytes, or all there are, have been given out. */
  readonly failAfterBytes?: number
  /** The first two records change places. */
  readonly outOfOrder?: boolean
  /** Called before each buffer is given out: a place to write meanwhile, to abort, or to wait. */
  readonly beforeBuffer?: (bytesGiven: number) => void | Promise<void>
}

/** What a read point of a memory database is made of. */
export interface MemoryReadPointOptions {
  readonly facts: SourceFacts
  /** Frozen copies, in the order of their names. */
  readonly tables: readonly MemoryTable[]
  readonly schema: SchemaDocument
  readonly concurrency: number
  readonly bufferBytes: number
  readonly faults: ReadonlyMap<string, ReadingFault>
  readonly onClose: () => void
  readonly signal: AbortSignal | undefined
}

/** A frozen moment of a memory database. */
export class MemoryReadPoint implements ReadPoint {
  readonly facts: SourceFacts
  readonly collections: readonly SourceCollection[]
  readonly schema: SchemaDocument
  readonly #options: MemoryReadPointOptions
  readonly #tables: ReadonlyMap<string, MemoryTable>
  #open = 0
  #closed = false

  constructor(options: MemoryReadPointOptions) {
    this.#options = options
    this.facts = options.facts
    this.schema = options.schema
    this.#tables = new Map(options.tables.map((table) => [table.layout.name, table]))
    this.collections = options.tables.map((table) => ({
      ...table.layout,
      estimatedRecords: table.size,
      estimatedBytes: table.sorted.reduce((bytes, record) => bytes + record.length, 0),
    }))
  }

  async *read(collection: string, options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Buffer> {
    const table = this.#tables.get(collection)
    if (table === undefined) {
      throw new UnknownCollectionError(`${collection} is not part of this read point`, { hint: 'Choose another.' })
    }
    if (this.#closed) throw failed(collection, 'the read point is closed')
    if (this.#open === this.#options.concurrency) throw failed(collection, 'more reads at a time than were announced')
    this.#open++
    try {
      const fault = this.#options.faults.get(collection) ?? {}
      const limit = fault.failAfterBytes ?? Number.POSITIVE_INFINITY
      let given = 0
      for (const buffer of cut(ordered(table.sorted, fault), this.#options.bufferBytes)) {
        await fault.beforeBuffer?.(given)
        if (this.#options.signal?.aborted || options.signal?.aborted) {
          throw new InterruptedError(`interrupted while reading ${collection}`, { hint: 'Run it again.' })
        }
        if (this.#closed) throw failed(collection, 'the read point was closed while it was read')
        if (given + buffer.length > limit) yield buffer.subarray(0, limit - given)
        if (given + buffer.length >= limit) throw failed(collection, 'told to fail')
        given += buffer.length
        yield buffer
      }
      if (limit < Number.POSITIVE_INFINITY) throw failed(collection, 'told to fail')
    } finally {
      this.#open--
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#options.onClose()
  }
}

function ordered(records: readonly Buffer[], fault: ReadingFault): readonly Buffer[] {
  const [first, second, ...rest] = records
  if (!fault.outOfOrder || first === undefined || second === undefined) return records
  return [second, first, ...rest]
}

/** The records' bytes in buffers of `size` bytes, which know nothing of where records end. */
function* cut(records: readonly Buffer[], size: number): Generator<Buffer> {
  let parts: Buffer[] = []
  let bytes = 0
  for (const record of records) {
    parts.push(record)
    bytes += record.length
    if (bytes < size) continue
    const joined = Buffer.concat(parts)
    let start = 0
    for (; bytes - start >= size; start += size) yield joined.subarray(start, start + size)
    parts = [joined.subarray(start)]
    bytes -= start
  }
  if (bytes > 0) yield Buffer.concat(parts)
}

function failed(collection: string, why: string): SourceFailedError {
  return new SourceFailedError(`${collection} could not be read: ${why}`, { hint: 'Nothing was published.' })
}
