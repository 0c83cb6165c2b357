import type { Warning } from '@dbsnap/core/ports'
import type { Oid } from './catalog-address.ts'
import type { ObjectNode } from './object-node.ts'
import { leftOutWarning } from './read-left-out.ts'
import { type Relations, relationName } from './relation.ts'
import { ancestorsOf } from './table-facts.ts'

/**
 * Whether a table was chosen, by its collection name and those of all that it is a partition of or inherits from,
 * nearest first. Asked once for every table and partitioned table.
 */
export type SchemaChoice = (collection: string, ancestors: readonly string[]) => boolean

/** Tables whose schema is kept: the chosen ones, and what they are partitions of or inherit from. */
export interface ChosenTables {
  /** By oid, those that were chosen themselves. */
  readonly chosen: ReadonlySet<Oid>
  /** Collection names of all whose schema is kept. */
  readonly kept: ReadonlySet<string>
}

export function chooseTables(relations: Relations, choice: SchemaChoice): ChosenTables {
  const chosen = new Set<Oid>()
  const kept = new Set<string>()
  for (const table of relations.all) {
    if (table.kind !== 'r' && table.kind !== 'p') continue
    const ancestors = ancestorsOf(table, relations)
    if (!choice(relationName(table), ancestors)) continue
    chosen.add(table.oid)
    for (const name of [relationName(table), ...ancestors]) kept.add(name)
  }
  return { chosen, kept }
}

/** Takes away the objects of tables that are not kept, and with a warning all that need those. */
export function keepChosen(
  nodes: readonly ObjectNode[],
  kept: ReadonlySet<string>,
  warnings: Warning[],
): readonly ObjectNode[] {
  const gone = new Set(nodes.filter(({ collection }) => collection !== undefined && !kept.has(collection)))
  if (gone.size === 0) return nodes
  const dependent: string[] = []
  for (let found = true; found; ) {
    found = false
    for (const node of nodes) {
      if (gone.has(node)) continue
      if (![...node.needs, ...node.queryNeeds].some((needed) => gone.has(needed))) continue
      gone.add(node)
      dependent.push(`${node.kind} ${node.name}`)
      found = true
    }
  }
  if (dependent.length > 0) {
    warnings.push(
      leftOutWarning('NEEDS_UNCHOSEN_TABLE', 'because they need tables that were not chosen:', dependent.sort()),
    )
  }
  return nodes.filter((node) => !gone.has(node))
}
