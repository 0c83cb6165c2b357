import type { Catalog } from './catalog.ts'
import type { Oid } from './catalog-address.ts'
import type { IndexRow } from './read-indexes.ts'
import { type ColumnRow, type Relation, type Relations, relationName } from './relation.ts'
import { StoredRows } from './stored-rows.ts'
import { isNotNull } from './table-columns.ts'

/** A column as a read of its table needs it. */
export interface ColumnFacts {
  readonly name: string
  /** As the server writes it: `numeric(10,2)`, `public.mood`. */
  readonly type: string
  readonly typeOid: number
  /** Of a domain, what lies beneath it; else the type itself. */
  readonly baseTypeOid: number
  readonly baseTypeModifier: number
  /** `pg_type.typcategory` of the base type: `N` numeric, `S` string, `D` date and time, `A` array, `E` enum, ... */
  readonly baseTypeCategory: string
  readonly notNull: boolean
  /** A virtual column's value is not stored, and `COPY` neither reads nor writes any generated one. */
  readonly generated?: 'stored' | 'virtual'
  readonly identity?: 'always' | 'by default'
}

/** An index as the choice of a key needs it. */
export interface IndexFacts {
  readonly name: string
  readonly primary: boolean
  readonly unique: boolean
  readonly valid: boolean
  /** Not deferrable: uniqueness holds at every moment. */
  readonly immediate: boolean
  readonly partial: boolean
  /** Whether an expression stands in it; `columns` is then empty. */
  readonly expression: boolean
  /** Whether its columns and their order are plain: `btree`, so that reading in key order can use it. */
  readonly method: string
  /** Names of the key's columns, without the included ones. */
  readonly columns: readonly string[]
  readonly notNull: boolean
}

/** A table that holds records itself: no partitioned table, no view. */
export interface TableFacts {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** `schema.name`, the collection's name. */
  readonly collection: string
  /** As the catalogs say at the read point; it differs from `pg_relation_filenode()` where the table was rewritten since. */
  readonly relfilenode: number
  readonly relkind: 'r'
  readonly persistence: 'permanent' | 'unlogged'
  /** Collection names of what it is a partition of or inherits from, the nearest first, then theirs. */
  readonly ancestors: readonly string[]
  /** In the order of their numbers; dropped ones are absent. */
  readonly columns: readonly ColumnFacts[]
  /** By name in byte order. */
  readonly indexes: readonly IndexFacts[]
}

interface BaseTypeRow {
  readonly oid: Oid
  readonly base: Oid
  readonly modifier: number
}

interface BaseTypes {
  readonly categories: ReadonlyMap<Oid, string>
  readonly domains: ReadonlyMap<Oid, BaseTypeRow>
}

async function readBaseTypes(catalog: Catalog): Promise<BaseTypes> {
  // Row types and arrays of tables, three of a database's types in four, are only ever what they are.
  const categories = await catalog.rows<{ oid: Oid; category: string }>(
    `SELECT oid, typcategory AS category FROM pg_catalog.pg_type WHERE typcategory NOT IN ('A', 'C')
      UNION ALL
     SELECT DISTINCT t.oid, t.typcategory FROM pg_catalog.pg_type t
       JOIN pg_catalog.pg_attribute a ON a.atttypid = t.oid AND a.attnum > 0 WHERE t.typcategory IN ('A', 'C')`,
  )
  // The modifier that holds is that of the outermost domain that has one.
  const domains = await catalog.rows<BaseTypeRow>(`
    WITH RECURSIVE below AS (
      SELECT oid, typbasetype AS base, typtypmod AS modifier FROM pg_catalog.pg_type WHERE typtype = 'd'
      UNION ALL
      SELECT b.oid, t.typbasetype, CASE WHEN b.modifier >= 0 THEN b.modifier ELSE t.typtypmod END
        FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.base WHERE t.typtype = 'd')
    SELECT b.oid, b.base, b.modifier FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.base WHERE t.typtype <> 'd'`)
  return {
    categories: new Map(categories.map(({ oid, category }) => [oid, category])),
    domains: new Map(domains.map((row) => [row.oid, row])),
  }
}

/** Names of all that a table is a partition of or inherits from, the nearest first. */
export function ancestorsOf(table: Relation, relations: Relations): string[] {
  const found = new Set<Oid>()
  let open = [...(table.parents ?? [])]
  while (open.length > 0) {
    const next: Oid[] = []
    for (const oid of open) {
      if (found.has(oid)) continue
      found.add(oid)
      next.push(...(relations.get(oid)?.parents ?? []))
    }
    open = next
  }
  return [...found].flatMap((oid) => {
    const parent = relations.get(oid)
    return parent === undefined ? [] : [relationName(parent)]
  })
}

/** Object ids of all that are partitions of a table or inherit from it, at any depth. */
export function descendantsOf(table: Oid, relations: Relations): Oid[] {
  const found: Oid[] = [table]
  for (const parent of found) {
    for (const { oid, parents } of relations.all) {
      if ((parents ?? []).includes(parent) && !found.includes(oid)) found.push(oid)
    }
  }
  return found.slice(1)
}

/** The facts of those chosen relations that hold records, for who reads them, by collection name in byte order. */
export async function tableFacts(
  catalog: Catalog,
  chosen: ReadonlySet<Oid>,
  relations: Relations,
  indexes: StoredRows<IndexRow>,
): Promise<StoredRows<TableFacts>> {
  const types = await readBaseTypes(catalog)
  const ofTable = oidsBy(indexes, ({ table }) => table)
  const byName = [...oidsBy(relations.all, relationName)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, oids]) => oids)
  function* facts(): Generator<TableFacts, void, undefined> {
    for (const oid of byName) {
      const table = relations.get(oid) as Relation
      if (table.kind !== 'r' || !chosen.has(table.oid)) continue
      const rows = relations.columnsOf(table.oid)
      const own = (ofTable.get(table.oid) ?? []).map((oid) => indexes.get(oid) as IndexRow)
      yield {
        oid: Number(table.oid),
        schema: table.schema,
        name: table.name,
        collection: relationName(table),
        relfilenode: Number(table.filenode),
        relkind: 'r',
        persistence: table.persistence === 'u' ? 'unlogged' : 'permanent',
        ancestors: ancestorsOf(table, relations),
        columns: rows.map((row) => columnFacts(row, types)),
        indexes: own.map((index) => indexFacts(index, rows)),
      }
    }
  }
  return StoredRows.of(facts(), ({ collection }) => collection)
}

/** Object ids by what `keyOf` says of their rows, in the order of the rows. */
function oidsBy<Row extends { readonly oid: Oid }>(
  rows: Iterable<Row>,
  keyOf: (row: Row) => string,
): Map<string, Oid[]> {
  const found = new Map<string, Oid[]>()
  for (const row of rows) {
    const known = found.get(keyOf(row))
    if (known === undefined) found.set(keyOf(row), [row.oid])
    else known.push(row.oid)
  }
  return found
}

function columnFacts(row: ColumnRow, { categories, domains }: BaseTypes): ColumnFacts {
  const domain = domains.get(row.typeOid)
  const baseTypeOid = domain?.base ?? row.typeOid
  return {
    name: row.name,
    type: row.type,
    typeOid: Number(row.typeOid),
    baseTypeOid: Number(baseTypeOid),
    baseTypeModifier: row.typmod >= 0 ? row.typmod : (domain?.modifier ?? -1),
    baseTypeCategory: categories.get(baseTypeOid) ?? 'U',
    notNull: isNotNull(row),
    ...(row.generated === '' ? {} : { generated: row.generated === 's' ? 'stored' : 'virtual' }),
    ...(row.identity === '' ? {} : { identity: row.identity === 'a' ? 'always' : 'by default' }),
  }
}

function indexFacts(index: IndexRow, rows: readonly ColumnRow[]): IndexFacts {
  const keys = index.keys.map((key) => rows.find(({ number }) => number === key))
  const plain = keys.filter((key) => key !== undefined)
  const expression = plain.length < keys.length
  return {
    name: index.name,
    primary: index.primary,
    unique: index.unique,
    valid: index.valid,
    immediate: index.immediate,
    partial: index.predicate !== null,
    expression,
    method: index.method,
    columns: expression ? [] : plain.map(({ name }) => name),
    notNull: !expression && plain.every(isNotNull),
  }
}
