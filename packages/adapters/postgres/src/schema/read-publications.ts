import type { Catalog } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'
import { type Relations, relationName, relationSql } from './relation.ts'

interface Row {
  readonly oid: Oid
  readonly name: string
  readonly allTables: boolean
  readonly publish: readonly string[]
  readonly viaRoot: boolean
  /** 18: `n` none, `s` stored. */
  readonly generated: 'n' | 's'
}

interface TableRow {
  readonly oid: Oid
  readonly publication: Oid
  readonly relation: Oid
  readonly columns: readonly string[] | null
  readonly where: string | null
}

interface SchemaRow {
  readonly oid: Oid
  readonly publication: Oid
  readonly schema: string
  readonly schemaOid: Oid
}

/** Publications with what they publish. */
export async function readPublications(catalog: Catalog, relations: Relations): Promise<Draft[]> {
  const { publicationFilters, publishedGeneratedColumns } = catalog.features
  const rows = await catalog.ownRows<Row>(
    'pg_publication',
    `SELECT p.oid, p.pubname AS name, p.puballtables AS "allTables", p.pubviaroot AS "viaRoot",
            ${publishedGeneratedColumns ? 'p.pubgencols' : `'n'`} AS generated,
            pg_catalog.array_to_json(pg_catalog.array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END,
              CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
              CASE WHEN p.pubtruncate THEN 'truncate' END], NULL)) AS publish
       FROM pg_catalog.pg_publication p ORDER BY 2`,
  )
  const tables = await catalog.rows<TableRow>(`
    SELECT r.oid, r.prpubid AS publication, r.prrelid AS relation,
           ${
             publicationFilters
               ? `(SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs))`
               : 'NULL'
           } AS columns,
           ${publicationFilters ? 'pg_catalog.pg_get_expr(r.prqual, r.prrelid)' : 'NULL'} AS where
      FROM pg_catalog.pg_publication_rel r ORDER BY 2, 3`)
  const schemas = publicationFilters
    ? await catalog.rows<SchemaRow>(`
        SELECT s.oid, s.pnpubid AS publication, n.nspname AS schema, n.oid AS "schemaOid"
          FROM pg_catalog.pg_publication_namespace s JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid ORDER BY 2, 3`)
    : []
  return rows.map((row) => {
    const own = tables.filter(({ publication }) => publication === row.oid)
    const whole = schemas.filter(({ publication }) => publication === row.oid)
    return publicationDraft(row, own, whole, relations)
  })
}

function publicationDraft(
  row: Row,
  tables: readonly TableRow[],
  schemas: readonly SchemaRow[],
  relations: Relations,
): Draft {
  const name = quoteIdentifier(row.name)
  const published = tables
    .flatMap((table) => {
      const relation = relations.get(table.relation)
      if (relation === undefined || relation.kind === 'f') return []
      const columns = table.columns === null ? '' : ` (${table.columns.map(quoteIdentifier).join(', ')})`
      const where = table.where === null ? '' : ` WHERE (${table.where})`
      return [{ name: relationName(relation), table, sql: `TABLE ONLY ${relationSql(relation)}${columns}${where}` }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const options = [
    `publish = '${row.publish.join(', ')}'`,
    ...(row.viaRoot ? ['publish_via_partition_root = true'] : []),
    ...(row.generated === 's' ? ['publish_generated_columns = stored'] : []),
  ]
  return {
    kind: 'publication',
    name: row.name,
    definition: {
      allTables: row.allTables,
      publish: row.publish,
      ...(row.viaRoot ? { viaPartitionRoot: true } : {}),
      ...(row.generated === 's' ? { generatedColumns: 'stored' } : {}),
      ...(published.length === 0
        ? {}
        : {
            tables: published.map((one) => ({
              table: one.name,
              ...(one.table.columns === null ? {} : { columns: one.table.columns }),
              ...(one.table.where === null ? {} : { where: one.table.where }),
            })),
          }),
      ...(schemas.length === 0 ? {} : { schemas: schemas.map(({ schema }) => schema) }),
    },
    section: 'post-data',
    statements: [
      `CREATE PUBLICATION ${name}${row.allTables ? ' FOR ALL TABLES' : ''} WITH (${options.join(', ')})`,
      ...schemas.map(({ schema }) => `ALTER PUBLICATION ${name} ADD TABLES IN SCHEMA ${quoteIdentifier(schema)}`),
      ...published.map(({ sql }) => `ALTER PUBLICATION ${name} ADD ${sql}`),
    ],
    addresses: [
      address('pg_publication', row.oid),
      ...tables.map(({ oid }) => address('pg_publication_rel', oid)),
      ...schemas.map(({ oid }) => address('pg_publication_namespace', oid)),
    ],
    needs: [
      ...tables.map(({ relation }) => address('pg_class', relation)),
      ...schemas.map(({ schemaOid }) => address('pg_namespace', schemaOid)),
    ],
    sql: `PUBLICATION ${name}`,
  }
}
