import type { SchemaObject } from '@dbsnap/core/values'
import type { Address } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { rankOf } from './object-ranks.ts'

/**
 * A draft that waits for its place among the others. What is only written out in the end is one text: the drafts of 10 000
 * tables of two columns take 45 MB as objects and 14 MB like this.
 */
export interface PackedDraft {
  readonly kind: string
  readonly name: string
  readonly collection: string | undefined
  readonly section: Draft['section']
  /** Its kind's place where nothing else decides. */
  readonly rank: number
  readonly addresses: readonly Address[]
  readonly needs: readonly Address[]
  readonly stub: string | undefined
  readonly shell: string | undefined
  readonly parts: readonly PackedDraft[]
  /** Of the JSON of `Content`. */
  readonly content: string
}

/** What of an object nobody asks for before it is written out. */
export type Content = Pick<SchemaObject, 'definition' | 'state' | 'statements'>

const NONE: readonly never[] = []

export function packDraft(draft: Draft): PackedDraft {
  const { kind, name, collection, section, addresses, needs = NONE, stub, shell, parts = NONE } = draft
  const content: Content = { definition: draft.definition, ...stateOf(draft), statements: draft.statements }
  return {
    kind,
    name,
    collection,
    section,
    rank: rankOf(draft),
    addresses,
    needs,
    stub,
    shell,
    parts: parts.length === 0 ? NONE : parts.map(packDraft),
    content: JSON.stringify(content),
  }
}

export function contentOf(packed: PackedDraft): Content {
  return JSON.parse(packed.content)
}

/** How statements name the object and what drops it, beside its own state. */
function stateOf({ state, sql, drop }: Draft): Pick<Content, 'state'> {
  const dropped = drop ?? (sql === undefined ? undefined : `DROP ${sql}`)
  if (state === undefined && dropped === undefined) return {}
  return { state: { ...state, ...(dropped === undefined ? {} : { drop: dropped }) } }
}
