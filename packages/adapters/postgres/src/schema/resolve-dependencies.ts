import type { Catalog } from './catalog.ts'
import { type Address, CATALOGS } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import type { ObjectNode } from './object-node.ts'

/** Catalogs whose automatic dependants are parts of what they depend on: defaults, members of operator families. */
const AUTOMATIC_PARTS = new Set([CATALOGS.pg_attrdef, CATALOGS.pg_amop, CATALOGS.pg_amproc].map(String))

/**
 * Turns `pg_depend` into needs between drafts. What stands for no draft is a part of the one it internally depends on (row
 * types, arrays, rules of views, triggers of constraints); a member of an extension stands for the extension.
 */
export function resolveDependencies(catalog: Catalog, drafts: readonly Draft[]): ObjectNode[] {
  const nodes = drafts.map((draft): ObjectNode => ({ draft, needs: new Set(), queryNeeds: new Set() }))
  const owners = ownersOf(catalog, nodes)
  for (const { object, referenced, type } of catalog.dependencies) {
    if (type === 'e' || catalog.isExtensionMember(object)) continue
    const from = owners.get(object)
    const to = owners.get(referenced)
    if (from === undefined || to === undefined || from === to) continue
    const ofQuery = from.draft.stub !== undefined && classOf(object) === String(CATALOGS.pg_rewrite)
    if (ofQuery) from.queryNeeds.add(to)
    else from.needs.add(to)
  }
  for (const node of nodes) {
    for (const needed of node.draft.needs ?? []) {
      const to = owners.get(needed)
      if (to !== undefined && to !== node) node.needs.add(to)
    }
  }
  return [...nodes, ...shellsOf(nodes)]
}

function classOf(object: Address): string {
  return object.slice(0, object.indexOf(':'))
}

function ownersOf(catalog: Catalog, nodes: readonly ObjectNode[]): Map<Address, ObjectNode> {
  const owners = new Map<Address, ObjectNode>()
  for (const node of nodes) for (const own of node.draft.addresses) owners.set(own, node)
  let open = catalog.dependencies.filter(
    ({ object, type }) => !owners.has(object) && (type === 'e' || type === 'i' || isPart(object, type)),
  )
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
      draft: { kind: 'type shell', name, definition: {}, section: 'pre-data', statements: [shell], addresses: [] },
      needs: new Set([...node.needs].filter((needed) => needed.draft.kind === 'schema')),
      queryNeeds: new Set(),
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
