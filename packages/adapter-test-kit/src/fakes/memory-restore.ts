import { KeyExistsError, TargetFailedError } from '@dbsnap/core/errors'
import type {
  CollectionRoute,
  PlannedStep,
  ReadPoint,
  RecordOperation,
  RestoreRequest,
  RestoreSession,
} from '@dbsnap/core/ports'
import type { CollectionLayout } from '@dbsnap/core/values'
import { splitRecords } from './copy-text.ts'
import { MemoryTable } from './memory-table.ts'

/** What a restore session needs of the database it belongs to. */
export interface MemoryRestoreOptions {
  readonly request: RestoreRequest
  readonly current: ReadPoint
  /** The database's table, or undefined where there is none. */
  readonly tableOf: (name: string) => MemoryTable | undefined
  /** Makes the finished tables visible, all at once. */
  readonly publish: (tables: readonly MemoryTable[]) => void
  readonly onEnd: () => void
}

/** A restore into a memory database: everything is prepared on copies, and `commit` puts them in place. */
export class MemoryRestore implements RestoreSession {
  readonly current: ReadPoint
  readonly routes: ReadonlyMap<string, CollectionRoute>
  readonly steps: readonly PlannedStep[]
  readonly atomic = true
  readonly #options: MemoryRestoreOptions
  readonly #layouts: ReadonlyMap<string, CollectionLayout>
  readonly #loaded = new Map<string, MemoryTable>()
  readonly #operations = new Map<string, RecordOperation[]>()
  #ended = false

  constructor(options: MemoryRestoreOptions) {
    this.#options = options
    this.current = options.current
    this.#layouts = new Map(options.request.collections.map((layout) => [layout.name, layout]))
    this.routes = new Map(
      options.request.collections.map((layout) => {
        const there = options.tableOf(layout.name)
        return [layout.name, there !== undefined && sameShape(there.layout, layout) ? 'change' : 'load']
      }),
    )
    this.steps = [...this.routes].map(([object, route]) => ({
      object,
      description: `${route === 'change' ? 'change' : options.tableOf(object) ? 'replace' : 'create'} table ${object}`,
    }))
  }

  async load(collection: string, records: AsyncIterable<Buffer>): Promise<void> {
    this.#expect(collection, 'load')
    const parts: Buffer[] = []
    for await (const part of records) parts.push(Buffer.from(part))
    const table = new MemoryTable(this.#layouts.get(collection) as CollectionLayout)
    for (const record of splitRecords(Buffer.concat(parts))) {
      if (!table.insert(record)) throw refused(collection, 'a key came twice')
    }
    this.#loaded.set(collection, table)
  }

  async change(collection: string, operations: AsyncIterable<RecordOperation>): Promise<void> {
    this.#expect(collection, 'change')
    const list: RecordOperation[] = []
    for await (const { operation, record } of operations) list.push({ operation, record: Buffer.from(record) })
    this.#operations.set(collection, [...(this.#operations.get(collection) ?? []), ...list])
  }

  async commit(): Promise<void> {
    if (this.#ended) throw refused('the target', 'the restore has ended')
    const tables = [...this.routes].map(([name, route]) => {
      return route === 'load' ? this.#loadedTable(name) : this.#changedTable(name)
    })
    this.#options.publish(tables)
    await this.#end()
  }

  async abort(): Promise<void> {
    await this.#end()
  }

  async #end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.current.close()
    this.#options.onEnd()
  }

  #expect(collection: string, route: CollectionRoute): void {
    if (this.#ended) throw refused(collection, 'the restore has ended')
    if (this.routes.get(collection) !== route) throw refused(collection, `its route is not ${route}`)
  }

  #loadedTable(name: string): MemoryTable {
    const table = this.#loaded.get(name)
    if (table === undefined) throw refused(name, 'it was never loaded')
    return table
  }

  #changedTable(name: string): MemoryTable {
    const table = (this.#options.tableOf(name) as MemoryTable).copy()
    const operations = this.#operations.get(name) ?? []
    for (const { operation, record } of operations) {
      if (operation === 'remove' && !table.remove(record)) throw refused(name, 'a record to remove is not there')
    }
    for (const { operation, record } of operations) {
      if (operation === 'insert' && !table.insert(record)) {
        throw new KeyExistsError(`${name} holds a key that was to be inserted`, { hint: 'Nothing was written.' })
      }
    }
    return table
  }
}

/** Whether differences alone can turn the one into the other: the same columns, types and key. */
export function sameShape(a: CollectionLayout, b: CollectionLayout): boolean {
  const shape = (layout: CollectionLayout): string => JSON.stringify([layout.columns, layout.key, layout.format])
  return shape(a) === shape(b)
}

function refused(name: string, why: string): TargetFailedError {
  return new TargetFailedError(`${name} cannot be restored: ${why}`, { hint: 'Nothing was written.' })
}
