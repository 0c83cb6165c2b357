import { objectId } from '@dbsnap/core/adapter'
import type { SchemaDocument, SchemaObject } from '@dbsnap/core/values'
import { quoteLiteral } from './identifiers.ts'
import { stateOf } from './object-state.ts'

/** A statement and the object it belongs to. */
export interface SchemaStatement {
  readonly object: SchemaObject
  readonly sql: string
}

/** The collections whose objects are wanted, by name; `all` brings along what belongs to no collection. */
export type CollectionSelection = ReadonlySet<string> | 'all'

/**
 * Settings under which the statements mean what they meant where they were read. `check_function_bodies` off: a function
 * may be made before what its body names.
 */
export const REPLAY_SETTINGS: Readonly<Record<string, string>> = {
  search_path: '',
  check_function_bodies: 'off',
  standard_conforming_strings: 'on',
  xmloption: 'content',
  default_tablespace: '',
  default_table_access_method: 'heap',
  row_security: 'off',
  client_min_messages: 'warning',
}

/** What is to be run before the records are loaded: schemas, types, functions, tables without keys and indexes, views. */
export function preDataStatements(document: SchemaDocument, selection: CollectionSelection): SchemaStatement[] {
  return selectObjects(document, selection).flatMap((object) =>
    object.section === 'pre-data' ? statementsOf(object) : [],
  )
}

/**
 * What is to be run after the records are loaded: keys and indexes, then constraints, views that need keys, rules,
 * triggers, policies; foreign keys and then publications and event triggers last.
 */
export function postDataStatements(document: SchemaDocument, selection: CollectionSelection): SchemaStatement[] {
  return selectObjects(document, selection).flatMap((object) =>
    object.section === 'post-data' ? statementsOf(object) : [],
  )
}

/** `setval` for each sequence to where it was. To be run after the records are loaded. Not rolled back by the server. */
export function sequenceStatements(document: SchemaDocument, selection: CollectionSelection): SchemaStatement[] {
  return selectObjects(document, selection).flatMap((object) => {
    const { sql, lastValue, isCalled } = stateOf(object)
    if (object.kind !== 'sequence' || typeof sql !== 'string' || typeof lastValue !== 'string') return []
    return [{ object, sql: `SELECT pg_catalog.setval(${quoteLiteral(sql)}, ${lastValue}, ${isCalled === true})` }]
  })
}

/** `REFRESH MATERIALIZED VIEW` for each that was filled, in an order in which each finds what it reads filled. Last of all. */
export function refreshStatements(document: SchemaDocument, selection: CollectionSelection): SchemaStatement[] {
  return selectObjects(document, selection).flatMap((object) => {
    const { sql, populated } = stateOf(object)
    if (object.kind !== 'materialized view' || populated !== true) return []
    return [{ object, sql: `REFRESH MATERIALIZED VIEW ${sql}` }]
  })
}

function statementsOf(object: SchemaObject): SchemaStatement[] {
  return object.statements.map((sql) => ({ object, sql }))
}

/**
 * The objects of the chosen collections with all that they rest on, in the document's order. A foreign key or anything else that
 * rests on a table which was not chosen is not among them, unless that is a parent of a chosen one.
 */
export function selectObjects(document: SchemaDocument, selection: CollectionSelection): SchemaObject[] {
  if (selection === 'all') return [...document.objects]
  const byId = new Map(document.objects.map((object) => [objectId(object), object]))
  const collections = withParents(document, selection)
  const verdicts = new Map<string, boolean>()
  const canHave = (id: string): boolean => {
    const object = byId.get(id)
    const known = verdicts.get(id)
    if (object === undefined) return true
    if (known !== undefined) return known
    verdicts.set(id, true)
    const own = object.collection === undefined || collections.has(object.collection)
    const verdict = own && object.dependsOn.every(canHave)
    verdicts.set(id, verdict)
    return verdict
  }
  const wanted = new Set<string>()
  const want = (id: string): void => {
    if (wanted.has(id)) return
    wanted.add(id)
    for (const needed of byId.get(id)?.dependsOn ?? []) want(needed)
  }
  for (const object of document.objects) {
    const id = objectId(object)
    if (object.collection !== undefined && collections.has(object.collection) && canHave(id)) want(id)
  }
  return document.objects.filter((object) => wanted.has(objectId(object)))
}

/** The chosen collections with the tables that they are partitions of or inherit from. */
function withParents(document: SchemaDocument, chosen: ReadonlySet<string>): Set<string> {
  const tables = new Map(document.objects.flatMap((object) => (object.kind === 'table' ? [[object.name, object]] : [])))
  const collections = new Set(chosen)
  for (const name of collections) {
    const { partitionOf, inherits } = tables.get(name)?.definition ?? {}
    if (typeof partitionOf === 'string') collections.add(partitionOf)
    for (const parent of Array.isArray(inherits) ? inherits : []) collections.add(parent)
  }
  return collections
}
