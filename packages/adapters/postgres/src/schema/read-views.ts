import type { Catalog } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'
import {
  type ColumnRow,
  optionList,
  type Relation,
  type Relations,
  relationName,
  relationSql,
  storageOptions,
} from './relation.ts'
import { columnComment, columnStatements } from './table-columns.ts'

/** Views and materialized views. A view's columns are part of it and no objects of their own. */
export async function readViews(catalog: Catalog, relations: Relations): Promise<Draft[]> {
  const definitions = new Map(
    (
      await catalog.rows<{ oid: Oid; sql: string }>(
        `SELECT c.oid, pg_catalog.pg_get_viewdef(c.oid) AS sql FROM pg_catalog.pg_class c
          WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384`,
      )
    ).map(({ oid, sql }) => [oid, sql.replace(/;\s*$/, '')]),
  )
  const drafts: Draft[] = []
  for (const view of relations.all) {
    if (view.kind !== 'v' && view.kind !== 'm') continue
    const draft = view.kind === 'v' ? viewDraft : materializedViewDraft
    drafts.push(draft(view, definitions.get(view.oid) ?? '', relations.columnsOf(view.oid)))
  }
  return drafts
}

function columnList(columns: readonly ColumnRow[]) {
  return columns.map(({ name, type, comment, default: value, statistics, storage }) => ({
    name,
    type,
    ...(value === null ? {} : { default: value }),
    ...(statistics === null ? {} : { statistics }),
    ...(storage === null ? {} : { storage: storage.toLowerCase() }),
    ...(comment === null ? {} : { comment }),
  }))
}

function viewDraft(view: Relation, query: string, columns: readonly ColumnRow[]): Draft {
  const sql = relationSql(view)
  const options = optionList(view.options)
  const create = `CREATE VIEW ${sql}${options.length === 0 ? '' : ` WITH (${options.join(', ')})`} AS\n${query}`
  const after = columns.flatMap((column) => [
    ...(column.default === null
      ? []
      : [`ALTER VIEW ${sql} ALTER COLUMN ${quoteIdentifier(column.name)} SET DEFAULT ${column.default}`]),
    ...columnComment(column, view),
  ])
  const dummies = columns.map(
    ({ name, type, collation }) =>
      `NULL::${type}${collation === null ? '' : ` COLLATE ${collation}`} AS ${quoteIdentifier(name)}`,
  )
  return {
    kind: 'view',
    name: relationName(view),
    definition: { columns: columnList(columns), ...(options.length === 0 ? {} : { options }), sql: query },
    section: 'pre-data',
    statements: [create, ...after],
    addresses: [
      address('pg_class', view.oid),
      ...columns.flatMap(({ defaultOid }) => (defaultOid === null ? [] : [address('pg_attrdef', defaultOid)])),
    ],
    sql: `VIEW ${sql}`,
    stub: `CREATE VIEW ${sql} AS SELECT ${dummies.join(', ')}`,
  }
}

function materializedViewDraft(view: Relation, query: string, columns: readonly ColumnRow[]): Draft {
  const sql = relationSql(view)
  const options = storageOptions(view)
  const method = view.accessMethod !== null && view.accessMethod !== 'heap' ? view.accessMethod : undefined
  return {
    kind: 'materialized view',
    name: relationName(view),
    definition: {
      columns: columnList(columns),
      ...(options.length === 0 ? {} : { options }),
      ...(method === undefined ? {} : { accessMethod: method }),
      sql: query,
    },
    state: { sql, populated: view.populated },
    section: 'pre-data',
    statements: [
      `CREATE MATERIALIZED VIEW ${sql}${method === undefined ? '' : ` USING ${quoteIdentifier(method)}`}` +
        `${options.length === 0 ? '' : ` WITH (${options.join(', ')})`} AS\n${query}\nWITH NO DATA`,
      ...columns.flatMap((column) => columnStatements(column, view)),
    ],
    addresses: [address('pg_class', view.oid)],
    sql: `MATERIALIZED VIEW ${sql}`,
  }
}
