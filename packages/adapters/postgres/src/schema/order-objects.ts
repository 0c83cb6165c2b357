import { compareNodes, NO_NODES, type ObjectNode } from './object-node.ts'
import { contentOf, packDraft } from './packed-draft.ts'

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
  const dependants = new Map<ObjectNode, ObjectNode[]>()
  for (const node of nodes) {
    for (const needed of [...node.needs, ...node.queryNeeds]) {
      const known = dependants.get(needed)
      if (known === undefined) dependants.set(needed, [node])
      else known.push(node)
    }
  }
  const late = new Set(nodes.filter(({ draft }) => draft.section === 'post-data'))
  for (const node of late) for (const dependant of dependants.get(node) ?? []) late.add(dependant)
  return late
}

/** A view to split because a table or a type needs it, and it needs something made after the records. */
function viewBelowTable(nodes: readonly ObjectNode[], late: ReadonlySet<ObjectNode>): ObjectNode | undefined {
  for (const node of nodes) {
    if (!late.has(node) || !BEFORE_RECORDS.has(node.draft.kind)) continue
    const seen = new Set<ObjectNode>([node])
    for (const one of seen) {
      if (canSplit(one) && [...one.queryNeeds].some((needed) => late.has(needed))) return one
      for (const needed of allNeeds(one)) if (late.has(needed)) seen.add(needed)
    }
  }
  return undefined
}

function canSplit(node: ObjectNode): boolean {
  return node.draft.stub !== undefined && node.queryNeeds.size > 0
}

function splitView(nodes: readonly ObjectNode[], view: ObjectNode): ObjectNode[] {
  const { draft } = view
  const content = contentOf(draft)
  const [create = '', ...after] = content.statements
  const query: ObjectNode = {
    draft: packDraft({
      kind: 'view query',
      name: draft.name,
      definition: {},
      section: 'pre-data',
      statements: [create.replace('CREATE VIEW', 'CREATE OR REPLACE VIEW'), ...after],
      addresses: [],
    }),
    needs: new Set([view, ...view.queryNeeds]),
    queryNeeds: NO_NODES,
  }
  view.queryNeeds = NO_NODES
  view.draft = { ...draft, content: JSON.stringify({ ...content, statements: [draft.stub ?? ''] }) }
  return [...nodes, query]
}

interface Sorted {
  readonly sorted: ObjectNode[]
  /** A view in a circle: the sort is to be done again with it split. */
  readonly stub?: ObjectNode
}

function trySort(nodes: readonly ObjectNode[], late: ReadonlySet<ObjectNode>): Sorted {
  const sorted: ObjectNode[] = []
  const done = new Set<ObjectNode>()
  const path: ObjectNode[] = []
  const onPath = new Set<ObjectNode>()
  let stub: ObjectNode | undefined
  const visit = (node: ObjectNode): void => {
    if (done.has(node) || stub !== undefined) return
    if (onPath.has(node)) {
      // Where no view stands in the circle the order falls back to that of kinds: nothing we can make would be right.
      stub = path.slice(path.indexOf(node)).find(canSplit)
      return
    }
    path.push(node)
    onPath.add(node)
    for (const needed of allNeeds(node)) visit(needed)
    path.pop()
    onPath.delete(node)
    done.add(node)
    sorted.push(node)
  }
  const roots = [...nodes].sort((a, b) => Number(late.has(a)) - Number(late.has(b)) || compareNodes(a, b))
  for (const node of roots) visit(node)
  return stub === undefined ? { sorted } : { sorted, stub }
}
