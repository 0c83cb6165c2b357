import type { Draft } from './draft.ts'

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

/** The place of a draft's kind among all kinds. */
export function rankOf(draft: Draft): number {
  const word = draft.definition.type === 'foreign key' ? 'foreign key' : draft.kind
  return RANK.get(word) ?? RANKS.length
}
