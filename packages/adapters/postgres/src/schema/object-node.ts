import type { Json, SchemaObject } from '@dbsnap/core/values'
import type { Address } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import type { JsonStore } from './json-store.ts'
import { rankOf } from './object-ranks.ts'

/** An object but for its place among the others. */
export type PlacelessObject = Omit<SchemaObject, 'dependsOn' | 'section'>

const NONE: readonly never[] = []

/**
 * A draft among the drafts it needs. What nobody asks for before it is written out lies in a store, and lists that are
 * empty are one list: there are two nodes a table, and each lives until the schema is written out.
 */
export class ObjectNode {
  readonly kind: string
  readonly name: string
  readonly collection: string | undefined
  readonly section: Draft['section']
  /** Its kind's place where nothing else decides. */
  readonly rank: number
  readonly stub: string | undefined
  readonly shell: string | undefined
  /** What it needs beyond what `pg_depend` says. */
  readonly addressed: readonly Address[]
  needs: readonly ObjectNode[] = NONE
  /** Of a view: what its query needs, as far as its columns do not. */
  queryNeeds: readonly ObjectNode[] = NONE
  readonly #store: JsonStore
  #object: number
  /** Its parts have the numbers that follow. */
  readonly #parts: number

  constructor(draft: Draft, store: JsonStore) {
    const { parts = NONE, needs = NONE } = draft
    this.kind = draft.kind
    this.name = draft.name
    this.collection = draft.collection
    this.section = draft.section
    this.rank = rankOf(draft)
    this.stub = draft.stub
    this.shell = draft.shell
    this.addressed = needs.length === 0 ? NONE : needs
    this.#store = store
    this.#object = store.put(placeless(draft))
    this.#parts = parts.length
    for (const part of parts) store.put(placeless(part))
  }

  get object(): PlacelessObject {
    return this.#store.get(this.#object)
  }

  /** The objects that follow it at once. */
  *parts(): Generator<PlacelessObject, void, undefined> {
    for (let part = 1; part <= this.#parts; part++) yield this.#store.get<PlacelessObject>(this.#object + part)
  }

  /** A node for another draft, in the same store. */
  beside(draft: Draft): ObjectNode {
    return new ObjectNode(draft, this.#store)
  }

  /** Says what makes it instead. It has no parts. */
  makeBy(statements: readonly string[]): void {
    this.#object = this.#store.put({ ...this.object, statements })
  }
}

/** `nodes` with `node`, once. */
export function withNode(nodes: readonly ObjectNode[], node: ObjectNode): readonly ObjectNode[] {
  return nodes.includes(node) ? nodes : [...nodes, node]
}

/** Sorts before what the records rest on from what comes after them, then by kind, then by name in byte order. */
export function compareNodes(a: ObjectNode, b: ObjectNode): number {
  return (
    Number(a.section === 'post-data') - Number(b.section === 'post-data') ||
    a.rank - b.rank ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  )
}

function placeless(draft: Draft): PlacelessObject {
  const { kind, name, collection, definition, statements } = draft
  return { kind, name, ...(collection === undefined ? {} : { collection }), definition, ...stateOf(draft), statements }
}

/** How statements name the object and what drops it, beside its own state. */
function stateOf({ state, sql, drop }: Draft): { state?: Record<string, Json> } {
  const dropped = drop ?? (sql === undefined ? undefined : `DROP ${sql}`)
  if (state === undefined && dropped === undefined) return {}
  return { state: { ...state, ...(dropped === undefined ? {} : { drop: dropped }) } }
}
