import {
  IncompatibleTargetError,
  InterruptedError,
  LockTimeoutError,
  TargetNotEmptyError,
  UnknownCollectionError,
} from '@dbsnap/core/errors'
import type { DatabaseTarget, ReadPointOptions, RestoreRequest } from '@dbsnap/core/ports'
import { chooseByName, type SchemaDocument, type SchemaObject } from '@dbsnap/core/values'
import { decodeRecord, encodeRow, type MemoryRow } from './copy-text.ts'
import { MemoryReadPoint, type ReadingFault } from './memory-read-point.ts'
import { MemoryRestore, sameShape } from './memory-restore.ts'
import { MemoryTable, type MemoryTableShape, memoryLayout, memoryTableObject } from './memory-table.ts'

/** Options of `MemoryDatabase`. */
export interface MemoryDatabaseOptions {
  /** Default `memory`. */
  readonly name?: string
  /** Bytes of the buffers that `read` gives out. Default 64 KiB; a small prime finds readers that rely on where buffers end. */
  readonly bufferBytes?: number
}

/**
 * A database that lives in memory and keeps the ports' promises: read points are frozen, records come in key order, a
 * restore is visible at once or not at all. Faults are scripted by table.
 *
 * ```ts
 * const database = new MemoryDatabase()
 * database.createTable('orders', { columns: { id: 'integer', note: 'text' }, key: ['id'] })
 * database.insert('orders', [1, 'first'], [2, null])
 * ```
 */
export class MemoryDatabase implements DatabaseTarget {
  readonly engine = 'memory'
  readonly label: string
  /** Read points that were opened and not closed: zero after every operation. */
  openReadPoints = 0
  /** Scripted faults, by table; read when a read point is opened. */
  readonly faults = new Map<string, ReadingFault>()
  readonly #name: string
  readonly #bufferBytes: number
  readonly #tables = new Map<string, MemoryTable>()
  /** By `kind:name`. */
  readonly #objects = new Map<string, SchemaObject>()
  readonly #locked = new Set<string>()
  #moments = 0

  constructor(options: MemoryDatabaseOptions = {}) {
    this.#name = options.name ?? 'memory'
    this.#bufferBytes = options.bufferBytes ?? 64 * 1024
    this.label = `memory/${this.#name}`
  }

  createTable(name: string, shape: MemoryTableShape): void {
    this.#put(new MemoryTable(memoryLayout(name, shape)))
  }

  /** Removes a table and the schema objects that belong to it. */
  dropTable(name: string): void {
    this.#writable(name)
    this.#drop(name)
  }

  #drop(name: string): void {
    this.#tables.delete(name)
    for (const [id, object] of this.#objects) if (object.collection === name) this.#objects.delete(id)
  }

  /** Adds or replaces a schema object that is no table: an index, a function. */
  define(object: SchemaObject): void {
    this.#objects.set(`${object.kind}:${object.name}`, object)
  }

  undefine(kind: string, name: string): void {
    this.#objects.delete(`${kind}:${name}`)
  }

  insert(table: string, ...rows: readonly MemoryRow[]): void {
    const target = this.#writable(table)
    for (const row of rows) {
      if (!target.insert(encodeRow(row))) throw new RangeError(`a row of this key is in ${table} already`)
    }
  }

  /** Removes by key, the other columns' values do not matter; without a key, removes one equal row. */
  remove(table: string, ...rows: readonly MemoryRow[]): void {
    const target = this.#writable(table)
    for (const row of rows) {
      if (!target.remove(encodeRow(row))) throw new RangeError(`there is no such row in ${table}`)
    }
  }

  /** Replaces the rows of the same keys. */
  update(table: string, ...rows: readonly MemoryRow[]): void {
    this.remove(table, ...rows)
    this.insert(table, ...rows)
  }

  /** The rows in key order (without a key, as inserted), values as text. */
  rows(table: string): (string | null)[][] {
    return this.#table(table).sorted.map((record) =>
      decodeRecord(record).map((value) => value && Buffer.from(value, 'latin1').toString()),
    )
  }

  get tables(): string[] {
    return [...this.#tables.keys()].sort()
  }

  /** Schema objects that are no tables, as `kind:name`. */
  get objects(): string[] {
    return [...this.#objects.keys()].sort()
  }

  async openReadPoint(options: ReadPointOptions): Promise<MemoryReadPoint> {
    interruptIf(options.signal)
    const all = [...this.#tables.values()].sort((a, b) => (a.layout.name < b.layout.name ? -1 : 1))
    const { chosen, unmatched } = chooseByName(
      all.map((table) => table.layout),
      options,
    )
    if (unmatched.length > 0) {
      const hint = 'Look at the names with `dbsnap show`.'
      throw new UnknownCollectionError(`no collection fits ${unmatched.join(', ')}`, { hint })
    }
    return this.#readPoint(new Set(chosen.map((layout) => layout.name)), options.concurrency, options.signal)
  }

  async openRestore(request: RestoreRequest): Promise<MemoryRestore> {
    interruptIf(request.signal)
    const names = request.collections.map((collection) => collection.name)
    this.#refuse(request)
    for (const name of names) if (this.#locked.has(name)) throw locked(name)
    for (const name of names) this.#locked.add(name)
    return new MemoryRestore({
      request,
      current: this.#readPoint(new Set(names), Number.POSITIVE_INFINITY, request.signal),
      tableOf: (name) => this.#tables.get(name),
      publish: (tables) => this.#publish(request, tables),
      onEnd: () => {
        for (const name of names) this.#locked.delete(name)
      },
    })
  }

  #refuse(request: RestoreRequest): void {
    if (request.mode === 'create') {
      const wanted = request.whole ? request.schema.objects.map((object) => `${object.kind}:${object.name}`) : []
      const objects = [
        ...request.collections.map((collection) => collection.name).filter((name) => this.#tables.has(name)),
        ...wanted.filter((id) => this.#objects.has(id)),
      ]
      if (objects.length === 0) return
      const hint = 'Restore with the mode overwrite or append, or into an empty database.'
      throw new TargetNotEmptyError(`${objects[0]} stands in the way`, { hint, data: { objects } })
    }
    if (request.mode === 'overwrite') return
    for (const collection of request.collections) {
      const there = this.#tables.get(collection.name)
      if (there === undefined || sameShape(there.layout, collection)) continue
      const hint = 'Restore it with the mode overwrite.'
      throw new IncompatibleTargetError(`${collection.name} has other columns than the snapshot`, { hint })
    }
  }

  #publish(request: RestoreRequest, tables: readonly MemoryTable[]): void {
    for (const table of tables) {
      if (request.mode === 'append' && this.#tables.has(table.layout.name)) this.#tables.set(table.layout.name, table)
      else {
        this.#drop(table.layout.name)
        this.#put(table)
        for (const object of request.schema.objects) {
          if (object.collection === table.layout.name && object.kind !== 'table') this.define(object)
        }
      }
    }
    if (!request.whole) return
    for (const object of request.schema.objects) if (object.collection === undefined) this.define(object)
  }

  #readPoint(names: ReadonlySet<string>, concurrency: number, signal: AbortSignal | undefined): MemoryReadPoint {
    const tables = [...this.#tables.values()].filter((table) => names.has(table.layout.name))
    tables.sort((a, b) => (a.layout.name < b.layout.name ? -1 : 1))
    this.openReadPoints++
    return new MemoryReadPoint({
      facts: {
        engine: this.engine,
        engineVersion: '1',
        database: this.#name,
        label: this.label,
        consistency: 'snapshot',
        readPoint: `moment ${++this.#moments}`,
        details: {},
      },
      tables: tables.map((table) => table.copy()),
      schema: this.#schema(names),
      concurrency,
      bufferBytes: this.#bufferBytes,
      faults: new Map(this.faults),
      onClose: () => {
        this.openReadPoints--
      },
      signal,
    })
  }

  #schema(names: ReadonlySet<string>): SchemaDocument {
    const tables = [...this.#tables.values()].map((table) => memoryTableObject(table.layout))
    const chosen = [...tables, ...this.#objects.values()].filter(
      (object) => object.collection === undefined || names.has(object.collection),
    )
    const name = (object: SchemaObject): string => `${object.section} ${object.kind} ${object.name}`
    chosen.sort((a, b) => (a.section === b.section ? (name(a) < name(b) ? -1 : 1) : a.section === 'pre-data' ? -1 : 1))
    return { version: 1, engine: this.engine, objects: chosen }
  }

  #put(table: MemoryTable): void {
    this.#tables.set(table.layout.name, table)
  }

  #table(name: string): MemoryTable {
    const table = this.#tables.get(name)
    if (table === undefined) throw new RangeError(`there is no table ${name}`)
    return table
  }

  #writable(name: string): MemoryTable {
    if (this.#locked.has(name)) throw locked(name)
    return this.#table(name)
  }
}

function interruptIf(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InterruptedError('interrupted', { hint: 'Run it again.' })
}

function locked(name: string): LockTimeoutError {
  return new LockTimeoutError(`${name} is locked by a restore`, { hint: 'Wait until it has ended.' })
}
