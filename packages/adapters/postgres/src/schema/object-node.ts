import type { Draft } from './draft.ts'

/** A draft among the drafts it needs. */
export interface ObjectNode {
  draft: Draft
  readonly needs: Set<ObjectNode>
  /** Of a view: what its query needs, as far as its columns do not. */
  readonly queryNeeds: Set<ObjectNode>
}

/** Order of kinds where nothing else decides; what is not named here comes in between. */
const RANKS: readonly string[] = [
  'schema',
  'extension',
  'language',
  'access method',
  'collation',
  'type shell',
  'enum type',
  'base type',
  'composite type',
  'range type',
  'domain',
  'domain constraint',
  'function',
  'procedure',
  'aggregate',
  'operator',
  'operator family',
  'operator class',
  'operator family members',
  'cast',
  'transform',
  'conversion',
  'text search parser',
  'text search template',
  'text search dictionary',
  'text search configuration',
  'table',
  'column',
  'sequence',
  'view',
  'view query',
  'materialized view',
  'index',
  'constraint',
  'statistics',
  'rule',
  'trigger',
  'policy',
  'row security',
  'foreign key',
  'publication',
  'event trigger',
]

const RANK = new Map(RANKS.map((kind, rank) => [kind, rank]))

/** Sorts before what the records rest on from what comes after them, then by kind, then by name in byte order. */
export function compareNodes(a: ObjectNode, b: ObjectNode): number {
  return (
    Number(a.draft.section === 'post-data') - Number(b.draft.section === 'post-data') ||
    rankOf(a.draft) - rankOf(b.draft) ||
    (a.draft.name < b.draft.name ? -1 : a.draft.name > b.draft.name ? 1 : 0)
  )
}

function rankOf(draft: Draft): number {
  const word = draft.definition.type === 'foreign key' ? 'foreign key' : draft.kind
  return RANK.get(word) ?? RANKS.length
}
