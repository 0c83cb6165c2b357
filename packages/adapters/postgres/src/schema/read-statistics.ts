import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, sqlName } from './identifiers.ts'
import { collectionOf } from './read-triggers.ts'
import { type Relations, relationName } from './relation.ts'

interface Row {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly relation: Oid
  readonly sql: string
  readonly target: number | null
}

/** Extended statistics: what is to be gathered, not what was. */
export async function readStatistics(catalog: Catalog, relations: Relations): Promise<Draft[]> {
  const rows = await catalog.ownRows<Row>(
    'pg_statistic_ext',
    `SELECT s.oid, n.nspname AS schema, s.stxname AS name, s.stxrelid AS relation,
            pg_catalog.pg_get_statisticsobjdef(s.oid) AS sql,
            CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END AS target
       FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
      WHERE ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return rows.flatMap((row): Draft[] => {
    const relation = relations.get(row.relation)
    if (relation === undefined || relation.kind === 'f') return []
    const sql = `STATISTICS ${sqlName(row.schema, row.name)}`
    return [
      {
        kind: 'statistics',
        name: qualifiedName(row.schema, row.name),
        ...collectionOf(relation),
        definition: {
          table: relationName(relation),
          sql: row.sql,
          ...(row.target === null ? {} : { target: row.target }),
        },
        section: 'post-data',
        statements: [row.sql, ...(row.target === null ? [] : [`ALTER ${sql} SET STATISTICS ${row.target}`])],
        addresses: [address('pg_statistic_ext', row.oid)],
        needs: [address('pg_class', relation.oid)],
        sql,
      },
    ]
  })
}
