import type { SourceCollection } from '@dbsnap/core/ports'
import type { KeyColumn } from '@dbsnap/core/values'
import { type BaseType, keyTypeOf, valueEqualityOf, valueShapeOf } from '../postgres-type-map.ts'
import { quoteIdentifier, sqlName } from '../schema/identifiers.ts'
import type { ColumnFacts, TableFacts } from '../schema/table-facts.ts'
import type { CandidateTable } from './candidate-tables.ts'

/** A table as it is read. */
export interface ReadableTable {
  readonly collection: string
  readonly statement: string
  readonly oid: number
  /** The table's name for statements. */
  readonly sql: string
}

/** Generated columns follow from the others, and COPY neither writes nor reads them. */
function readColumns({ columns }: TableFacts): ColumnFacts[] {
  return columns.filter(({ generated }) => generated === undefined)
}

export function readableTable(facts: TableFacts): ReadableTable {
  const columns = readColumns(facts)
  const key = keyOf(facts, columns)
  const sql = sqlName(facts.schema, facts.name)
  const list = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  const order = key.map(({ column }) => {
    const facts = columns[column] as ColumnFacts
    return keyTypeOf(baseTypeOf(facts)).expression(quoteIdentifier(facts.name))
  })
  const ordered = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`
  return {
    collection: facts.collection,
    oid: facts.oid,
    sql,
    statement: `COPY (SELECT ${list} FROM ONLY ${sql}${ordered}) TO STDOUT`,
  }
}

/**
 * Describes tables, one after the other. Tables are often alike: columns and keys that were described before are the same
 * arrays again.
 */
export class CollectionDescriber {
  readonly #encoding: string
  readonly #known = new Map<string, unknown>()

  constructor(encoding: string) {
    this.#encoding = encoding
  }

  describe(facts: TableFacts, candidate: CandidateTable): SourceCollection {
    const columns = readColumns(facts)
    return {
      name: candidate.collection,
      ...(candidate.root === null ? {} : { parent: candidate.root }),
      format: 'copy-text',
      encoding: this.#encoding,
      columns: this.#shared(
        columns.map((column) => ({
          name: column.name,
          type: column.type,
          shape: valueShapeOf(baseTypeOf(column)),
          equality: valueEqualityOf(baseTypeOf(column)),
        })),
      ),
      key: this.#shared(keyOf(facts, columns)),
      estimatedRecords: candidate.records,
      estimatedBytes: candidate.bytes,
    }
  }

  #shared<T extends object>(value: T): T {
    const text = JSON.stringify(value)
    const known = this.#known.get(text)
    if (known !== undefined) return known as T
    this.#known.set(text, value)
    return value
  }
}

/** The primary key; else the first (by name) valid, whole, immediate unique index of plain NOT NULL columns; else none. */
function keyOf(facts: TableFacts, columns: readonly ColumnFacts[]): KeyColumn[] {
  const usable = facts.indexes.filter(
    (index) => index.unique && index.valid && index.immediate && !index.partial && !index.expression && index.notNull,
  )
  const isRead = (index: (typeof usable)[number]): boolean =>
    index.columns.every((name) => columns.some((column) => column.name === name))
  const readable = usable.filter(isRead)
  const index = readable.find(({ primary }) => primary) ?? readable[0]
  return (index?.columns ?? []).map((name) => {
    const column = columns.findIndex((candidate) => candidate.name === name)
    return { column, order: keyTypeOf(baseTypeOf(columns[column] as ColumnFacts)).order }
  })
}

function baseTypeOf({ baseTypeOid, baseTypeModifier }: ColumnFacts): BaseType {
  return { oid: baseTypeOid, modifier: baseTypeModifier }
}
