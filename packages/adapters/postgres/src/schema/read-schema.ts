import type { Warning } from '@dbsnap/core/ports'
import type { JsonObject, SchemaDocument, SchemaObject } from '@dbsnap/core/values'
import { addComments } from './add-comments.ts'
import { addExtensionDependencies } from './add-extension-dependencies.ts'
import { type Catalog, openCatalog } from './catalog.ts'
import type { Oid } from './catalog-address.ts'
import { chooseTables, keepChosen, type SchemaChoice } from './choose-objects.ts'
import type { Draft } from './draft.ts'
import type { ObjectNode } from './object-node.ts'
import { orderObjects } from './order-objects.ts'
import { readAggregates } from './read-aggregates.ts'
import { readBaseTypes } from './read-base-types.ts'
import { readCasts } from './read-casts.ts'
import { readCollations, readConversions } from './read-collations.ts'
import { constraintDrafts, readConstraintRows } from './read-constraints.ts'
import { readDomains } from './read-domains.ts'
import { readExtensions } from './read-extensions.ts'
import { indexDrafts, readIndexRows } from './read-indexes.ts'
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
import { resolveDependencies } from './resolve-dependencies.ts'
import type { SchemaClient } from './schema-client.ts'
import { isInlineCheck, type TableContext, tableDrafts } from './table-drafts.ts'
import { descendantsOf, type TableFacts, tableFacts } from './table-facts.ts'

/** A database's schema at one moment. */
export interface SchemaReading {
  readonly document: SchemaDocument
  /** The chosen tables that hold records, by collection name in byte order. */
  readonly tables: readonly TableFacts[]
  /** One warning for each kind of thing that was met and is not kept. */
  readonly leftOut: readonly Warning[]
}

/**
 * Reads the schema through one connection, without `pg_dump`. The caller has opened a transaction (repeatable read, with
 * an empty `search_path` and `quote_all_identifiers` off) and holds locks on the chosen tables: the server's own functions
 * that print definitions look at the present moment, not at the transaction's. `client_encoding` must be one that the
 * driver decodes, so `UTF8`. A few dozen statements, whatever the number of objects. Driver errors pass through.
 */
export async function readSchema(client: SchemaClient, choice: SchemaChoice): Promise<SchemaReading> {
  const catalog = await openCatalog(client)
  const relations = await readRelations(catalog)
  const tables = chooseTables(relations, choice)
  const isKept = (oid: Oid) => {
    const table = relations.get(oid)
    return table !== undefined && tables.kept.has(`${table.schema}.${table.name}`)
  }
  const constraints = await readConstraintRows(catalog)
  const indexes = await readIndexRows(catalog)
  const sequences = await readSequenceRows(catalog)
  const tableContext: TableContext = {
    catalog,
    relations,
    identities: new Map(
      sequences.filter(({ ownership }) => ownership === 'i').map((row) => [`${row.table}.${row.column}`, row]),
    ),
    checks: Map.groupBy(
      constraints.filter(({ type }) => type === 'c'),
      (row) => row.table,
    ),
  }
  const drafts: Draft[] = [
    ...(await typesAndRoutines(catalog)),
    ...(await readSequences(catalog, sequences, relations, isKept)),
    ...relations.all.flatMap((table) =>
      table.kind === 'r' || table.kind === 'p' ? tableDrafts(table, tableContext) : [],
    ),
    ...constraintDrafts(constraints, {
      relations,
      indexes: new Map(indexes.map((row) => [row.oid, row])),
      partitionsOf: (table) => descendantsOf(table, relations),
      isInline: (row, table) => isInlineCheck(row, table, relations),
    }),
    ...indexDrafts(catalog, indexes, relations),
    ...(await readViews(catalog, relations)),
    ...(await uponRelations(catalog, relations)),
  ]
  addExtensionDependencies(catalog, drafts)
  await addComments(catalog, drafts)
  const kept = keepChosen(resolveDependencies(catalog, drafts), tables.kept, catalog.warnings)
  const primaryKeys = new Set(constraints.filter(({ type }) => type === 'p').map(({ index }) => index))
  const leaves = relations.all.filter((table) => table.kind === 'r' && tables.chosen.has(table.oid))
  const facts = await tableFacts(catalog, leaves, relations, indexes, primaryKeys)
  return {
    document: { version: 1, engine: 'postgres', objects: schemaObjects(kept) },
    tables: facts.sort((a, b) => (a.collection < b.collection ? -1 : 1)),
    leftOut: [...catalog.warnings, ...(await readLeftOut(catalog))],
  }
}

async function typesAndRoutines(catalog: Catalog): Promise<Draft[]> {
  return [
    ...(await readSchemas(catalog)),
    ...(await readExtensions(catalog)),
    ...(await readLanguages(catalog)),
    ...(await readAccessMethods(catalog)),
    ...(await readCollations(catalog)),
    ...(await readConversions(catalog)),
    ...(await readEnums(catalog)),
    ...(await readBaseTypes(catalog)),
    ...(await readCompositeTypes(catalog)),
    ...(await readRangeTypes(catalog)),
    ...(await readDomains(catalog)),
    ...(await readRoutines(catalog)),
    ...(await readAggregates(catalog)),
    ...(await readOperators(catalog)),
    ...(await readOperatorClasses(catalog)),
    ...(await readCasts(catalog)),
    ...(await readTransforms(catalog)),
    ...(await readTextSearch(catalog)),
  ]
}

async function uponRelations(catalog: Catalog, relations: Awaited<ReturnType<typeof readRelations>>): Promise<Draft[]> {
  return [
    ...(await readRules(catalog, relations)),
    ...(await readTriggers(catalog, relations)),
    ...(await readPolicies(catalog, relations)),
    ...(await readStatistics(catalog, relations)),
    ...(await readPublications(catalog, relations)),
    ...(await readEventTriggers(catalog)),
  ]
}

/** The drafts as a snapshot keeps them, in an order in which they can be made. */
function schemaObjects(nodes: readonly ObjectNode[]): SchemaObject[] {
  const { nodes: ordered, late } = orderObjects(nodes)
  return ordered.map((node) => {
    const { draft } = node
    const needed = [...node.needs, ...node.queryNeeds].map(({ draft: { kind, name } }) => `${kind}:${name}`)
    return {
      kind: draft.kind,
      name: draft.name,
      ...(draft.collection === undefined ? {} : { collection: draft.collection }),
      definition: draft.definition,
      ...stateOf(draft),
      dependsOn: needed.sort(),
      section: late.has(node) ? 'post-data' : 'pre-data',
      statements: draft.statements,
    }
  })
}

/** How statements name the object and what drops it, beside its own state. */
function stateOf({ state, sql, drop }: Draft): { state?: JsonObject } {
  const dropped = drop ?? (sql === undefined ? undefined : `DROP ${sql}`)
  if (state === undefined && dropped === undefined) return {}
  return { state: { ...state, ...(dropped === undefined ? {} : { drop: dropped }) } }
}
