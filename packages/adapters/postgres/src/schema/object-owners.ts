import { type Address, CATALOGS, classOf } from './catalog-address.ts'
import type { Dependency } from './dependencies.ts'
import type { ObjectNode } from './object-node.ts'

/**
 * Automatic dependants that are parts, and of what: defaults, members of operator families. A loose member depends in the
 * same way on its function or operator, in no order that one could go by, and is no part of that.
 */
const AUTOMATIC_PARTS = new Map<number, readonly number[]>([
  [CATALOGS.pg_attrdef, [CATALOGS.pg_class]],
  [CATALOGS.pg_amop, [CATALOGS.pg_opfamily, CATALOGS.pg_opclass]],
  [CATALOGS.pg_amproc, [CATALOGS.pg_opfamily, CATALOGS.pg_opclass]],
])

/** Parts of parts (the array of a table's row type) are never deeper than a few; a circle ends here. */
const DEEPEST_PART = 16

/**
 * Which draft a catalog entry stands for. What stands for no draft is a part of the one it internally depends on (row types,
 * arrays, rules of views, triggers of constraints); a member of an extension stands for the extension. Looked for when
 * it is asked for: a table has five parts that nobody asks for.
 */
export class ObjectOwners {
  readonly #owners = new Map<Address, ObjectNode>()
  readonly #dependenciesOf: (object: Address) => readonly Dependency[]

  constructor(dependenciesOf: (object: Address) => readonly Dependency[]) {
    this.#dependenciesOf = dependenciesOf
  }

  /** Says that a node stands for these. */
  add(node: ObjectNode, addresses: readonly Address[]): void {
    for (const own of addresses) this.#owners.set(own, node)
  }

  get(object: Address, depth = 0): ObjectNode | undefined {
    const owner = this.#owners.get(object)
    if (owner !== undefined || depth === DEEPEST_PART) return owner
    for (const { referenced, type } of this.#dependenciesOf(object)) {
      const holders = type === 'a' ? AUTOMATIC_PARTS.get(classOf(object)) : undefined
      const isPart = type === 'e' || type === 'i' || holders?.includes(classOf(referenced)) === true
      const found = isPart ? this.get(referenced, depth + 1) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }
}
