import type { JsonObject } from '@dbsnap/core/values'
import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteIdentifier, quoteLiteral, sqlName } from './identifiers.ts'
import { optionList, type Relations, relationName, relationSql } from './relation.ts'
import { StoredRows } from './stored-rows.ts'

/** An index of a table or a materialized view as the catalogs say it. */
export interface IndexRow {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly table: Oid
  readonly partitioned: boolean
  readonly sql: string
  readonly method: string
  readonly unique: boolean
  readonly immediate: boolean
  readonly valid: boolean
  readonly ready: boolean
  readonly clustered: boolean
  readonly replicaIdentity: boolean
  readonly predicate: string | null
  /** Column numbers of the key, 0 for an expression. */
  readonly keys: readonly number[]
  /** The key's columns and expressions. */
  readonly expressions: readonly string[]
  readonly included: readonly string[] | null
  readonly options: readonly string[] | null
  readonly statistics: readonly { readonly column: number; readonly target: number }[] | null
  /** The index of the parent table that this one is a part of. */
  readonly parent: Oid | null
  /** Whether a primary key, unique or exclusion constraint made it. */
  readonly constraint: boolean
  readonly primary: boolean
  readonly comment: string | null
}

export async function readIndexRows(catalog: Catalog): Promise<StoredRows<IndexRow>> {
  const rows = catalog.ownStream<IndexRow>(
    'pg_class',
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, i.indrelid AS table, c.relkind = 'I' AS partitioned,
            pg_catalog.pg_get_indexdef(c.oid) AS sql, am.amname AS method, i.indisunique AS unique,
            i.indimmediate AS immediate, i.indisvalid AS valid, i.indisready AS ready, i.indisclustered AS clustered,
            i.indisreplident AS "replicaIdentity", pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
            (SELECT pg_catalog.json_agg(i.indkey[g] ORDER BY g) FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) g) AS keys,
            (SELECT pg_catalog.json_agg(pg_catalog.pg_get_indexdef(c.oid, g, false) ORDER BY g)
               FROM pg_catalog.generate_series(1, i.indnkeyatts) g) AS expressions,
            (SELECT pg_catalog.json_agg(pg_catalog.pg_get_indexdef(c.oid, g, false) ORDER BY g)
               FROM pg_catalog.generate_series(i.indnkeyatts + 1, i.indnatts) g) AS included,
            pg_catalog.array_to_json(c.reloptions) AS options,
            (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('column', a.attnum, 'target', a.attstattarget)
                      ORDER BY a.attnum)
               FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0) AS statistics,
            h.inhparent AS parent,
            k.conindid IS NOT NULL AS constraint, i.indisprimary AS primary, x.description AS comment
       FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       JOIN pg_catalog.pg_class t ON t.oid = i.indrelid AND t.relkind IN ('r', 'p', 'm') AND t.relpersistence <> 't'
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_am am ON am.oid = c.relam
       LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
       LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = i.indrelid AND k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
       LEFT JOIN pg_catalog.pg_description x
         ON x.objoid = c.oid AND x.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND x.objsubid = 0
      WHERE ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return StoredRows.of(rows, ({ oid }) => oid)
}

/** What an index has beside its own statement, also where a constraint made it. */
export interface IndexExtras {
  readonly options: readonly string[]
  readonly definition: JsonObject
  /** The statements for it, given the table's name. */
  readonly statements: (table: string) => string[]
}

export function indexExtras(index: IndexRow): IndexExtras {
  const sql = sqlName(index.schema, index.name)
  const targets = index.statistics ?? []
  return {
    options: optionList(index.options),
    definition: {
      ...(index.clustered ? { clustered: true } : {}),
      ...(index.replicaIdentity ? { replicaIdentity: true } : {}),
      ...(targets.length === 0 ? {} : { statistics: targets.map(({ column, target }) => ({ column, target })) }),
      ...(index.constraint && index.comment !== null ? { indexComment: index.comment } : {}),
    },
    statements: (table) => [
      ...targets.map(({ column, target }) => `ALTER INDEX ${sql} ALTER COLUMN ${column} SET STATISTICS ${target}`),
      ...(index.clustered ? [`ALTER TABLE ${table} CLUSTER ON ${quoteIdentifier(index.name)}`] : []),
      ...(index.replicaIdentity
        ? [`ALTER TABLE ONLY ${table} REPLICA IDENTITY USING INDEX ${quoteIdentifier(index.name)}`]
        : []),
      ...(index.constraint && index.comment !== null
        ? [`COMMENT ON INDEX ${sql} IS ${quoteLiteral(index.comment)}`]
        : []),
    ],
  }
}

/** The indexes that no constraint made. One that a failed build has left behind is left out with a warning. */
export function* indexDrafts(
  catalog: Catalog,
  rows: StoredRows<IndexRow>,
  relations: Relations,
): Generator<Draft, void, undefined> {
  const broken: string[] = []
  for (const row of rows) {
    const table = relations.get(row.table)
    if (row.constraint) continue
    if (!isWhole(row)) broken.push(qualifiedName(row.schema, row.name))
    else if (table !== undefined) {
      yield indexDraft(row, relationName(table), relationSql(table), table.kind === 'm', rows)
    }
  }
  if (broken.length === 0) return
  catalog.warnings.push({
    code: 'INVALID_INDEXES_LEFT_OUT',
    message: `indexes whose build has failed are left out: ${broken.join(', ')}`,
  })
}

function isWhole(row: IndexRow): boolean {
  return (row.valid || row.partitioned) && row.ready
}

function indexDraft(
  row: IndexRow,
  table: string,
  tableSql: string,
  ofView: boolean,
  rows: StoredRows<IndexRow>,
): Draft {
  const sql = sqlName(row.schema, row.name)
  const extras = indexExtras(row)
  const parent = row.parent === null ? undefined : rows.get(row.parent)
  return {
    kind: 'index',
    name: qualifiedName(row.schema, row.name),
    ...(ofView ? {} : { collection: table }),
    definition: {
      table,
      method: row.method,
      unique: row.unique,
      columns: row.expressions,
      ...(row.included === null ? {} : { included: row.included }),
      ...(row.predicate === null ? {} : { where: row.predicate }),
      sql: row.sql,
      ...(parent === undefined ? {} : { partOf: qualifiedName(parent.schema, parent.name) }),
      ...extras.definition,
    },
    section: 'post-data',
    statements: [
      row.sql,
      ...extras.statements(tableSql),
      ...(parent === undefined ? [] : [`ALTER INDEX ${sqlName(parent.schema, parent.name)} ATTACH PARTITION ${sql}`]),
    ],
    addresses: [address('pg_class', row.oid)],
    needs: [address('pg_class', row.table), ...(parent === undefined ? [] : [address('pg_class', parent.oid)])],
    sql: `INDEX ${sql}`,
  }
}
