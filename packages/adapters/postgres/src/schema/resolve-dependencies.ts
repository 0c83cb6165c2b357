import type { Catalog } from './catalog.ts'
import { CATALOGS, classOf } from './catalog-address.ts'
import { type ObjectNode, withNode } from './object-node.ts'
import type { ObjectOwners } from './object-owners.ts'

/** Turns `pg_depend` and what the drafts say into needs between nodes. Returns them all, with the shells of types. */
export function resolveDependencies(
  catalog: Catalog,
  nodes: readonly ObjectNode[],
  owners: ObjectOwners,
): readonly ObjectNode[] {
  for (const { object, referenced, type } of catalog.dependencies) {
    if (type === 'e' || catalog.isExtensionMember(object)) continue
    const from = owners.get(object)
    const to = owners.get(referenced)
    if (from === undefined || to === undefined || from === to) continue
    const ofQuery = from.stub !== undefined && classOf(object) === CATALOGS.pg_rewrite
    if (ofQuery) from.queryNeeds = withNode(from.queryNeeds, to)
    else from.needs = withNode(from.needs, to)
  }
  for (const node of nodes) {
    for (const needed of node.addressed) {
      const to = owners.get(needed)
      if (to !== undefined && to !== node) node.needs = withNode(node.needs, to)
    }
  }
  const shells = shellsOf(nodes)
  return shells.length === 0 ? nodes : [...nodes, ...shells]
}

/** A type and the functions it is made of need each other: those functions need only the type's name, its shell. */
function shellsOf(nodes: readonly ObjectNode[]): ObjectNode[] {
  const shells: ObjectNode[] = []
  for (const node of nodes) {
    const { shell, name } = node
    if (shell === undefined) continue
    const made = node.beside({
      kind: 'type shell',
      name,
      definition: {},
      section: 'pre-data',
      statements: [shell],
      addresses: [],
    })
    made.needs = node.needs.filter((needed) => needed.kind === 'schema')
    for (const needed of node.needs) {
      if (!needed.needs.includes(node)) continue
      needed.needs = [...needed.needs.filter((other) => other !== node), made]
    }
    node.needs = [...node.needs, made]
    shells.push(made)
  }
  return shells
}
