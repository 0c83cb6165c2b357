import type { CollectionLayout, Column, KeyColumn, SchemaObject, TextKeyOrder } from '@dbsnap/core/values'
import { compareValues } from './compare-values.ts'
import { decodeRecord } from './copy-text.ts'

/** A table as tests describe it. */
export interface MemoryTableShape {
  /** Type by column name. `integer`, `boolean`, `json`, `float`, `decimal(..)`, `date`, `timestamp` mean something; others are text. */
  readonly columns: Readonly<Record<string, string>>
  /** Names of the key's columns. Empty or absent: no key. */
  readonly key?: readonly string[]
  readonly parent?: string
}

interface Entry {
  readonly record: Buffer
  readonly key: readonly (string | null)[]
}

/** A table held in memory: a layout and records. What `sorted` returned is never changed afterwards. */
export class MemoryTable {
  readonly layout: CollectionLayout
  /** By the text of the key; where there is no key, by a number that was not used before. */
  readonly #entries: Map<string, Entry>
  #sorted: readonly Buffer[] | undefined
  #inserted = 0

  constructor(layout: CollectionLayout, entries: ReadonlyMap<string, Entry> = new Map()) {
    this.layout = layout
    this.#entries = new Map(entries)
    this.#inserted = entries.size
  }

  get size(): number {
    return this.#entries.size
  }

  /** The records in key order; without a key, in the order of insertion. */
  get sorted(): readonly Buffer[] {
    this.#sorted ??= this.#sort()
    return this.#sorted
  }

  copy(): MemoryTable {
    const copy = new MemoryTable(this.layout, this.#entries)
    copy.#inserted = this.#inserted
    copy.#sorted = this.#sorted
    return copy
  }

  /** Whether there was no record of this key. */
  insert(record: Buffer): boolean {
    const key = this.#keyOf(record)
    const name = this.layout.key.length === 0 ? `${this.#inserted++}` : JSON.stringify(key)
    if (this.#entries.has(name)) return false
    this.#entries.set(name, { record: Buffer.from(record), key })
    this.#sorted = undefined
    return true
  }

  /** Removes the record of the same key (without a key: one equal record) and says whether there was one. */
  remove(record: Buffer): boolean {
    const name = this.layout.key.length === 0 ? this.#nameOfEqual(record) : JSON.stringify(this.#keyOf(record))
    this.#sorted = undefined
    return name !== undefined && this.#entries.delete(name)
  }

  #nameOfEqual(record: Buffer): string | undefined {
    for (const [name, entry] of this.#entries) if (entry.record.equals(record)) return name
    return undefined
  }

  #keyOf(record: Buffer): (string | null)[] {
    if (this.layout.key.length === 0) return []
    const fields = decodeRecord(record)
    return this.layout.key.map((part) => fields[part.column] ?? null)
  }

  #sort(): Buffer[] {
    const entries = [...this.#entries.values()]
    entries.sort((a, b) => {
      for (const [i, part] of this.layout.key.entries()) {
        const order = compareValues(part.order as TextKeyOrder, a.key[i] ?? null, b.key[i] ?? null)
        if (order !== 0) return order
      }
      return 0
    })
    return entries.map((entry) => entry.record)
  }
}

/** The layout of a table described for a test. */
export function memoryLayout(name: string, shape: MemoryTableShape): CollectionLayout {
  const names = Object.keys(shape.columns)
  const key = (shape.key ?? []).map((column): KeyColumn => {
    const index = names.indexOf(column)
    if (index === -1) throw new RangeError(`the table ${name} has no column ${column}`)
    return { column: index, order: keyOrderOf(shape.columns[column] as string) }
  })
  const columns = Object.entries(shape.columns).map(([column, type]) => columnOf(column, type))
  const parent = shape.parent === undefined ? {} : { parent: shape.parent }
  return { name, ...parent, format: 'copy-text', encoding: 'utf-8', columns, key }
}

/** The schema object that stands for a table. */
export function memoryTableObject(layout: CollectionLayout): SchemaObject {
  return {
    kind: 'table',
    name: layout.name,
    collection: layout.name,
    definition: {
      columns: layout.columns.map(({ name, type }) => ({ name, type })),
      key: layout.key.map((part) => layout.columns[part.column]?.name ?? ''),
    },
    dependsOn: [],
    section: 'pre-data',
    statements: [`create table ${layout.name}`],
  }
}

function columnOf(name: string, type: string): Column {
  const shape = type === 'integer' ? 'number' : type === 'boolean' ? 'boolean' : 'string'
  return { name, type, shape, equality: type === 'json' || type === 'float' ? type : 'bytes' }
}

function keyOrderOf(type: string): TextKeyOrder {
  if (type === 'integer') return 'integer'
  if (type.startsWith('decimal')) return 'decimal'
  return type === 'date' || type.startsWith('timestamp') ? 'date' : 'text'
}
