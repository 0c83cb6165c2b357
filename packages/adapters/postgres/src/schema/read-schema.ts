import type { Warning } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'
import { readComments } from './add-comments.ts'
import { readExtensionDependencies } from './add-extension-dependencies.ts'
import { type Catalog, openCatalog } from './catalog.ts'
import type { Oid } from './catalog-address.ts'
import { type ChosenTables, chooseTables, keepChosen, type SchemaChoice } from './choose-objects.ts'
import type { Draft } from './draft.ts'
import { EncodedSchema } from './encoded-schema.ts'
import { JsonStore } from './json-store.ts'
import { ObjectNode, type PlacelessObject } from './object-node.ts'
import { ObjectOwners } from './object-owners.ts'
import { orderObjects } from './order-objects.ts'
import { readAggregates } from './read-aggregates.ts'
import { readBaseTypes } from './read-base-types.ts'
import { readCasts } from './read-casts.ts'
import { readCollations, readConversions } from './read-collations.ts'
import { type ConstraintRow, constraintDrafts, readConstraintRows } from './read-constraints.ts'
import { readDomains } from './read-domains.ts'
import { readExtensions } from './read-extensions.ts'
import { type IndexRow, indexDrafts, readIndexRows } from './read-indexes.ts'
import { readAccessMethods, readLanguages, readTransforms } from './read-languages.ts'
import { readLeftOut } from './read-left-out.ts'
import { readOperatorClasses } from './read-operator-classes.ts'
import { readOperators } from './read-operators.ts'
import { readPolicies } from './read-policies.ts'
import { readPublications } from './read-publications.ts'
import { readRangeTypes } from './read-range-types.ts'
import { readRelations } from './read-relations.ts'
import { readRoutines } from './read-routines.ts'
import { readRules } from './read-rules.ts'
import { readSchemas } from './read-schemas.ts'
import { readSequenceRows, readSequences } from './read-sequences.ts'
import { readStatistics } from './read-statistics.ts'
import { readTextSearch } from './read-text-search.ts'
import { readEventTriggers, readTriggers } from './read-triggers.ts'
import { readCompositeTypes, readEnums } from './read-types.ts'
import { readViews } from './read-views.ts'
import { type Relations, relationName } from './relation.ts'
import { resolveDependencies } from './resolve-dependencies.ts'
import type { SchemaClient } from './schema-client.ts'
import type { StoredRows } from './stored-rows.ts'
import { isInlineCheck, type TableContext, tableDrafts } from './table-drafts.ts'
import { descendantsOf, type TableFacts, tableFacts } from './table-facts.ts'

/** A database's schema at one moment. */
export interface SchemaReading {
  readonly schema: EncodedSchema
  /** The chosen tables that hold records, by collection name in byte order. */
  readonly tables: StoredRows<TableFacts>
  /** One warning for each kind of thing that was met and is not kept. */
  readonly leftOut: readonly Warning[]
}

/**
 * Reads the schema through one connection, without `pg_dump`. The caller has opened a transaction (repeatable read, with
 * an empty `search_path` and `quote_all_identifiers` off) and holds locks on the chosen tables: the server's own functions
 * that print definitions look at the present moment, not at the transaction's. `client_encoding` must be one that the
 * driver decodes, so `UTF8`. A few dozen statements, whatever the number of objects. Driver errors pass through.
 *
 * What comes from the server is let go as soon as drafts were made of it, and drafts are stored at once: at 10 000 tables
 * the process then stays below 130 MB, and above 310 MB where all of it is held to the end.
 */
export async function readSchema(client: SchemaClient, choice: SchemaChoice): Promise<SchemaReading> {
  const catalog = await openCatalog(client)
  const { kept, nodes, owners, tables } = await readNodes(catalog, choice)
  const chosen = keepChosen(resolveDependencies(catalog, nodes, owners), kept, catalog.warnings)
  return {
    schema: new EncodedSchema(schemaObjects(chosen)),
    tables,
    leftOut: [...catalog.warnings, ...(await readLeftOut(catalog))],
  }
}

interface Nodes extends ChosenTables {
  readonly nodes: readonly ObjectNode[]
  readonly owners: ObjectOwners
  readonly tables: StoredRows<TableFacts>
}

async function readNodes(catalog: Catalog, choice: SchemaChoice): Promise<Nodes> {
  const relations = await readRelations(catalog)
  const chosen = chooseTables(relations, choice)
  const additions = [await readExtensionDependencies(catalog), await readComments(catalog)]
  const nodes: ObjectNode[] = []
  const owners = new ObjectOwners(catalog.dependenciesOf)
  const store = new JsonStore()
  const add = (made: Iterable<Draft>): void => {
    for (const draft of made) {
      for (const addTo of additions) addTo(draft)
      const node = new ObjectNode(draft, store)
      nodes.push(node)
      owners.add(node, draft.addresses)
    }
  }
  for (const read of typesAndRoutines) add(await read(catalog))
  const indexes = await readIndexRows(catalog)
  await addTables({ catalog, relations, chosen, indexes, add })
  add(indexDrafts(catalog, indexes, relations))
  add(await readViews(catalog, relations))
  for (const read of uponRelations) add(await read(catalog, relations))
  add(await readEventTriggers(catalog))
  return { ...chosen, nodes, owners, tables: await tableFacts(catalog, chosen.chosen, relations, indexes) }
}

interface TablesInput {
  readonly catalog: Catalog
  readonly relations: Relations
  readonly chosen: ChosenTables
  readonly indexes: StoredRows<IndexRow>
  readonly add: (made: Iterable<Draft>) => void
}

/** Adds tables, their sequences and their constraints. */
async function addTables({ catalog, relations, chosen, indexes, add }: TablesInput): Promise<void> {
  const constraints = await readConstraintRows(catalog)
  const inheritedChecks: ConstraintRow[] = []
  for (const row of constraints) if (row.type === 'c' && row.inherited > 0) inheritedChecks.push(row)
  const sequences = await readSequenceRows(catalog)
  const context: TableContext = {
    catalog,
    relations,
    identities: new Map(
      sequences.filter(({ ownership }) => ownership === 'i').map((row) => [`${row.table}.${row.column}`, row]),
    ),
    checks: Map.groupBy(inheritedChecks, (row) => row.table),
  }
  const isKept = (oid: Oid): boolean => {
    const table = relations.get(oid)
    return table !== undefined && chosen.kept.has(relationName(table))
  }
  add(await readSequences(catalog, sequences, relations, isKept))
  for (const table of relations.all) {
    if (table.kind === 'r' || table.kind === 'p') add(tableDrafts(table, context))
  }
  add(
    constraintDrafts(constraints, {
      relations,
      indexes,
      partitionsOf: (table) => descendantsOf(table, relations),
      isInline: (row, table) => isInlineCheck(row, table, relations),
    }),
  )
}

const typesAndRoutines: readonly ((catalog: Catalog) => Promise<Draft[]>)[] = [
  readSchemas,
  readExtensions,
  readLanguages,
  readAccessMethods,
  readCollations,
  readConversions,
  readEnums,
  readBaseTypes,
  readCompositeTypes,
  readRangeTypes,
  readDomains,
  readRoutines,
  readAggregates,
  readOperators,
  readOperatorClasses,
  readCasts,
  readTransforms,
  readTextSearch,
]

const uponRelations: readonly ((catalog: Catalog, relations: Relations) => Promise<Draft[]>)[] = [
  readRules,
  readTriggers,
  readPolicies,
  readStatistics,
  readPublications,
]

/** The drafts as a snapshot keeps them, in an order in which they can be made. */
function* schemaObjects(nodes: readonly ObjectNode[]): Generator<SchemaObject, void, undefined> {
  const { nodes: ordered, late } = orderObjects(nodes)
  for (const node of ordered) {
    const section = late.has(node) ? 'post-data' : 'pre-data'
    const needed = [...node.needs, ...node.queryNeeds].map(({ kind, name }) => `${kind}:${name}`)
    yield placed(node.object, needed.sort(), section)
    for (const part of node.parts()) yield placed(part, [`${node.kind}:${node.name}`], section)
  }
}

function placed(
  { definition, statements, state, ...name }: PlacelessObject,
  dependsOn: readonly string[],
  section: SchemaObject['section'],
): SchemaObject {
  return { ...name, definition, ...(state === undefined ? {} : { state }), dependsOn, section, statements }
}
