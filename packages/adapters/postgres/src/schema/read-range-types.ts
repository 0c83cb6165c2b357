import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, sqlName } from './identifiers.ts'

interface Row {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly subtype: string
  readonly operatorClass: string | null
  readonly collation: string | null
  readonly canonical: string | null
  readonly difference: string | null
  readonly multirangeSchema: string | null
  readonly multirangeName: string | null
}

/** Range types, with the multirange types that come with them. */
export async function readRangeTypes(catalog: Catalog): Promise<Draft[]> {
  const { multiranges } = catalog.features
  const rows = await catalog.ownRows<Row>(
    'pg_type',
    `SELECT t.oid, n.nspname AS schema, t.typname AS name, pg_catalog.format_type(r.rngsubtype, NULL) AS subtype,
            CASE WHEN NOT o.opcdefault THEN pg_catalog.format('%I.%I', opn.nspname, o.opcname) END AS "operatorClass",
            CASE WHEN r.rngcollation <> st.typcollation THEN r.rngcollation::pg_catalog.regcollation::text END AS collation,
            CASE WHEN r.rngcanonical::oid <> 0 THEN (SELECT pg_catalog.format('%I.%I', pn.nspname, p.proname)
               FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
              WHERE p.oid = r.rngcanonical) END AS canonical,
            CASE WHEN r.rngsubdiff::oid <> 0 THEN (SELECT pg_catalog.format('%I.%I', pn.nspname, p.proname)
               FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
              WHERE p.oid = r.rngsubdiff) END AS difference,
            ${multiranges ? 'mn.nspname' : 'NULL'} AS "multirangeSchema", ${multiranges ? 'mt.typname' : 'NULL'} AS "multirangeName"
       FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
       JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
       JOIN pg_catalog.pg_type st ON st.oid = r.rngsubtype
       JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc JOIN pg_catalog.pg_namespace opn ON opn.oid = o.opcnamespace
       ${
         multiranges
           ? `JOIN pg_catalog.pg_type mt ON mt.oid = r.rngmultitypid
              JOIN pg_catalog.pg_namespace mn ON mn.oid = mt.typnamespace`
           : ''
       }
      WHERE t.typtype = 'r' AND ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return rows.map((row) => {
    const sql = sqlName(row.schema, row.name)
    const multirange =
      row.multirangeSchema === null || row.multirangeName === null
        ? null
        : sqlName(row.multirangeSchema, row.multirangeName)
    const parts = [
      `SUBTYPE = ${row.subtype}`,
      ...(row.operatorClass === null ? [] : [`SUBTYPE_OPCLASS = ${row.operatorClass}`]),
      ...(row.collation === null ? [] : [`COLLATION = ${row.collation}`]),
      ...(row.canonical === null ? [] : [`CANONICAL = ${row.canonical}`]),
      ...(row.difference === null ? [] : [`SUBTYPE_DIFF = ${row.difference}`]),
      ...(multirange === null ? [] : [`MULTIRANGE_TYPE_NAME = ${multirange}`]),
    ]
    return {
      kind: 'range type',
      name: qualifiedName(row.schema, row.name),
      definition: {
        subtype: row.subtype,
        ...(row.operatorClass === null ? {} : { operatorClass: row.operatorClass }),
        ...(row.collation === null ? {} : { collation: row.collation }),
        ...(row.canonical === null ? {} : { canonical: row.canonical }),
        ...(row.difference === null ? {} : { difference: row.difference }),
        ...(multirange === null ? {} : { multirange }),
      },
      section: 'pre-data',
      statements: [`CREATE TYPE ${sql} AS RANGE (${parts.join(', ')})`],
      addresses: [address('pg_type', row.oid)],
      sql: `TYPE ${sql}`,
      ...(row.canonical === null ? {} : { shell: `CREATE TYPE ${sql}` }),
    }
  })
}
