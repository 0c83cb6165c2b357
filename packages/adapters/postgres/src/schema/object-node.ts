import type { PackedDraft } from './packed-draft.ts'

/** A draft among the drafts it needs. */
export interface ObjectNode {
  draft: PackedDraft
  readonly needs: Set<ObjectNode>
  /** Of a view: what its query needs, as far as its columns do not. */
  queryNeeds: ReadonlySet<ObjectNode>
}

/** What almost every object's query needs: a set of its own would cost each 150 bytes. */
export const NO_NODES: ReadonlySet<ObjectNode> = new Set()

/** Sorts before what the records rest on from what comes after them, then by kind, then by name in byte order. */
export function compareNodes(a: ObjectNode, b: ObjectNode): number {
  return (
    Number(a.draft.section === 'post-data') - Number(b.draft.section === 'post-data') ||
    a.draft.rank - b.draft.rank ||
    (a.draft.name < b.draft.name ? -1 : a.draft.name > b.draft.name ? 1 : 0)
  )
}
