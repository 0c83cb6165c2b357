import { compareNodes, type ObjectNode } from './object-node.ts'

/** Kinds that must be there before the records, whatever they need. */
const BEFORE_RECORDS = new Set([
  'schema',
  'extension',
  'table',
  'sequence',
  'enum type',
  'base type',
  'range type',
  'composite type',
  'domain',
])

/** Objects with an order in which they can be made. */
export interface OrderedObjects {
  readonly nodes: readonly ObjectNode[]
  /** Those made after the records, by themselves or because of what they need. */
  readonly late: ReadonlySet<ObjectNode>
}

/**
 * Orders objects so that each comes after what it needs. Views that stand in a circle, or between a table and something
 * made after the records, are made with dummy columns first and filled later.
 */
export function orderObjects(nodes: readonly ObjectNode[]): OrderedObjects {
  let all = [...nodes]
  for (;;) {
    const late = lateNodes(all)
    const result = trySort(all, late)
    const between = result.stub ?? viewBelowTable(all, late)
    if (between === undefined) return { nodes: result.sorted, late }
    all = splitView(all, between)
  }
}

function allNeeds(node: ObjectNode): ObjectNode[] {
  return [...node.needs, ...node.queryNeeds].sort(compareNodes)
}

/** The objects made after the records, and all that need them. */
function lateNodes(nodes: readonly ObjectNode[]): Set<ObjectNode> {
  const late = new Set(nodes.filter(({ section }) => section === 'post-data'))
  // Each round finds what needs the last one's; no schema has many.
  for (let size = -1; size < late.size; ) {
    size = late.size
    for (const node of nodes) {
      if (!late.has(node) && [...node.needs, ...node.queryNeeds].some((needed) => late.has(needed))) late.add(node)
    }
  }
  return late
}

/** A view to split because a table or a type needs it, and it needs something made after the records. */
function viewBelowTable(nodes: readonly ObjectNode[], late: ReadonlySet<ObjectNode>): ObjectNode | undefined {
  for (const node of nodes) {
    if (!late.has(node) || !BEFORE_RECORDS.has(node.kind)) continue
    const seen = new Set<ObjectNode>([node])
    for (const one of seen) {
      if (canSplit(one) && one.queryNeeds.some((needed) => late.has(needed))) return one
      for (const needed of allNeeds(one)) if (late.has(needed)) seen.add(needed)
    }
  }
  return undefined
}

function canSplit(node: ObjectNode): boolean {
  return node.stub !== undefined && node.queryNeeds.length > 0
}

function splitView(nodes: readonly ObjectNode[], view: ObjectNode): ObjectNode[] {
  const [create = '', ...after] = view.object.statements
  const query = view.beside({
    kind: 'view query',
    name: view.name,
    definition: {},
    section: 'pre-data',
    statements: [create.replace('CREATE VIEW', 'CREATE OR REPLACE VIEW'), ...after],
    addresses: [],
  })
  query.needs = [view, ...view.queryNeeds]
  view.queryNeeds = []
  view.makeBy([view.stub ?? ''])
  return [...nodes, query]
}

interface Sorted {
  readonly sorted: ObjectNode[]
  /** A view in a circle: the sort is to be done again with it split. */
  readonly stub?: ObjectNode
}

function trySort(nodes: readonly ObjectNode[], late: ReadonlySet<ObjectNode>): Sorted {
  const sorted: ObjectNode[] = []
  const visited = new Map<ObjectNode, 'on path' | 'done'>()
  const path: ObjectNode[] = []
  let stub: ObjectNode | undefined
  const visit = (node: ObjectNode): void => {
    const before = visited.get(node)
    if (before === 'done' || stub !== undefined) return
    if (before === 'on path') {
      // Where no view stands in the circle the order falls back to that of kinds: nothing we can make would be right.
      stub = path.slice(path.indexOf(node)).find(canSplit)
      return
    }
    path.push(node)
    visited.set(node, 'on path')
    for (const needed of allNeeds(node)) visit(needed)
    path.pop()
    visited.set(node, 'done')
    sorted.push(node)
  }
  const roots = [...nodes].sort((a, b) => Number(late.has(a)) - Number(late.has(b)) || compareNodes(a, b))
  for (const node of roots) visit(node)
  return stub === undefined ? { sorted } : { sorted, stub }
}
