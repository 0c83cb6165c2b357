import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import { JsonStore } from './json-store.ts'
import type { ColumnRow, Relation, Relations } from './relation.ts'
import { StoredRows } from './stored-rows.ts'

const RELATIONS = `
SELECT c.oid, n.nspname AS schema, c.relname AS name, n.nspname || '.' || c.relname AS qualified, c.relkind AS kind, c.relpersistence AS persistence,
       c.relispartition AS "isPartition", pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound,
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS "partitionKey",
       am.amname AS "accessMethod", pg_catalog.array_to_json(c.reloptions) AS options,
       pg_catalog.array_to_json(t.reloptions) AS "toastOptions", c.relreplident AS "replicaIdentity",
       c.relrowsecurity AS "rowSecurity", c.relforcerowsecurity AS "forceRowSecurity",
       CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END AS "ofType",
       c.relispopulated AS populated, c.relfilenode AS filenode,
       (SELECT pg_catalog.json_agg(i.inhparent ORDER BY i.inhseqno)
          FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AS parents
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
  LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND ${USER_SCHEMA}
 ORDER BY 2, 3`

/**
 * Options that people set. `pg_attver` is a stamp that servers from the security releases of November 2026 on write by
 * themselves; pg_dump leaves it out as well.
 */
const ATTRIBUTE_OPTIONS = `(SELECT pg_catalog.json_agg(o.option ORDER BY o.place)
          FROM pg_catalog.unnest(a.attoptions) WITH ORDINALITY o(option, place) WHERE o.option NOT LIKE 'pg_attver=%')`

function columnsQuery({ features }: Catalog): string {
  const notNull = features.notNullConstraints
  return `
SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, a.atttypid AS "typeOid", a.atttypmod AS typmod,
       CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::pg_catalog.regcollation::text END AS collation,
       a.attnotnull AS "notNull", a.attidentity AS identity, a.attgenerated AS generated,
       CASE WHEN d.oid IS NOT NULL THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS default, d.oid AS "defaultOid",
       CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
            WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END AS storage,
       ${features.compression ? `CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END` : 'NULL'} AS compression,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics,
       ${ATTRIBUTE_OPTIONS} AS options, a.attislocal AS local, a.attinhcount AS inherited,
       x.description AS comment,
       ${notNull ? 'k.conname' : 'NULL'} AS "notNullName", ${notNull ? 'k.connoinherit' : 'NULL'} AS "notNullNoInherit",
       ${notNull ? 'k.convalidated' : 'NULL'} AS "notNullValidated", ${notNull ? 'k.conislocal' : 'NULL'} AS "notNullLocal",
       ${notNull ? 'k.oid' : 'NULL'} AS "notNullOid",
       ${notNull ? `pg_catalog.obj_description(k.oid, 'pg_constraint')` : 'NULL'} AS "notNullComment"
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_description x
    ON x.objoid = a.attrelid AND x.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND x.objsubid = a.attnum
  ${
    notNull
      ? `LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey[1] = a.attnum`
      : ''
  }
 WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence <> 't' AND ${USER_SCHEMA}
 ORDER BY a.attrelid, a.attnum`
}

/** Reads every table, view and materialized view that belongs to no extension, and every column of them. */
export async function readRelations(catalog: Catalog): Promise<Relations> {
  const all = await StoredRows.of(catalog.ownStream<Relation>('pg_class', RELATIONS), ({ oid }) => oid)
  return { all, get: (oid) => all.get(oid), columnsOf: await readColumns(catalog) }
}

/** The columns of each relation, which come one relation after the other, are kept as one value. */
async function readColumns(catalog: Catalog): Promise<(relation: Oid) => readonly ColumnRow[]> {
  const store = new JsonStore()
  const numbers = new Map<Oid, number>()
  let open: ColumnRow[] = []
  const close = (): void => {
    const [first] = open
    if (first !== undefined) numbers.set(first.relation, store.put(open))
    open = []
  }
  for await (const column of catalog.stream<ColumnRow>(columnsQuery(catalog))) {
    if (catalog.isExtensionMember(address('pg_class', column.relation))) continue
    if (open[0]?.relation !== column.relation) close()
    open.push(column)
  }
  close()
  return (relation) => {
    const number = numbers.get(relation)
    return number === undefined ? [] : store.get(number)
  }
}
