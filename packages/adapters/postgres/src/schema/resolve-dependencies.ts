import type { Catalog } from './catalog.ts'
import { type Address, CATALOGS, classOf } from './catalog-address.ts'
import type { Dependency } from './dependencies.ts'
import { NO_NODES, type ObjectNode } from './object-node.ts'
import { type PackedDraft, packDraft } from './packed-draft.ts'

/** Catalogs whose automatic dependants are parts of what they depend on: defaults, members of operator families. */
const AUTOMATIC_PARTS = new Set<number>([CATALOGS.pg_attrdef, CATALOGS.pg_amop, CATALOGS.pg_amproc])

/**
 * Turns `pg_depend` into needs between drafts. What stands for no draft is a part of the one it internally depends on (row
 * types, arrays, rules of views, triggers of constraints); a member of an extension stands for the extension.
 */
export function resolveDependencies(catalog: Catalog, drafts: readonly PackedDraft[]): ObjectNode[] {
  const nodes = drafts.map((draft): ObjectNode => ({ draft, needs: new Set(), queryNeeds: NO_NODES }))
  const owners = ownersOf(catalog, nodes)
  for (const { object, referenced, type } of catalog.dependencies) {
    if (type === 'e' || catalog.isExtensionMember(object)) continue
    const from = owners.get(object)
    const to = owners.get(referenced)
    if (from === undefined || to === undefined || from === to) continue
    const ofQuery = from.draft.stub !== undefined && classOf(object) === CATALOGS.pg_rewrite
    if (ofQuery) from.queryNeeds = new Set([...from.queryNeeds, to])
    else from.needs.add(to)
  }
  for (const node of nodes) {
    for (const needed of node.draft.needs) {
      const to = owners.get(needed)
      if (to !== undefined && to !== node) node.needs.add(to)
    }
  }
  return [...nodes, ...shellsOf(nodes)]
}

function ownersOf(catalog: Catalog, nodes: readonly ObjectNode[]): Map<Address, ObjectNode> {
  const owners = new Map<Address, ObjectNode>()
  for (const node of nodes) for (const own of node.draft.addresses) owners.set(own, node)
  let open: Dependency[] = []
  for (const dependency of catalog.dependencies) {
    const { object, type } = dependency
    if (!owners.has(object) && (type === 'e' || type === 'i' || isPart(object, type))) open.push(dependency)
  }
  // A part may be a part of a part (the array of a table's row type), so this is done until nothing is found any more.
  for (let found = true; found; ) {
    found = false
    open = open.filter(({ object, referenced }) => {
      const owner = owners.get(referenced)
      if (owner === undefined) return true
      owners.set(object, owner)
      found = true
      return false
    })
  }
  return owners
}

function isPart(object: Address, type: string): boolean {
  return type === 'a' && AUTOMATIC_PARTS.has(classOf(object))
}

/** A type and the functions it is made of need each other: those functions need only the type's name, its shell. */
function shellsOf(nodes: readonly ObjectNode[]): ObjectNode[] {
  const shells: ObjectNode[] = []
  for (const node of nodes) {
    const { shell, name } = node.draft
    if (shell === undefined) continue
    const made: ObjectNode = {
      draft: packDraft({
        kind: 'type shell',
        name,
        definition: {},
        section: 'pre-data',
        statements: [shell],
        addresses: [],
      }),
      needs: new Set([...node.needs].filter((needed) => needed.draft.kind === 'schema')),
      queryNeeds: NO_NODES,
    }
    for (const needed of node.needs) {
      if (!needed.needs.delete(node)) continue
      needed.needs.add(made)
    }
    node.needs.add(made)
    shells.push(made)
  }
  return shells
}
