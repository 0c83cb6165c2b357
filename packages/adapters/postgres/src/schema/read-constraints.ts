import type { Json } from '@dbsnap/core/values'
import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { type Address, address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier, sqlName } from './identifiers.ts'
import { type IndexExtras, type IndexRow, indexExtras } from './read-indexes.ts'
import { type Relation, type Relations, relationName, relationSql } from './relation.ts'
import { StoredRows } from './stored-rows.ts'

/** A constraint of a table. NOT NULL constraints of PostgreSQL 18 are kept with their columns. */
export interface ConstraintRow {
  readonly oid: Oid
  readonly table: Oid
  readonly name: string
  /** `p` primary key, `u` unique, `x` exclusion, `c` check, `f` foreign key. */
  readonly type: 'p' | 'u' | 'x' | 'c' | 'f'
  readonly sql: string
  readonly deferrable: boolean
  readonly deferred: boolean
  readonly validated: boolean
  readonly enforced: boolean
  readonly local: boolean
  readonly inherited: number
  readonly index: Oid
  readonly referenced: Oid
  /** The constraint of the parent table that this one belongs to, or 0. */
  readonly parent: Oid
  readonly columns: readonly string[] | null
  readonly referencedColumns: readonly string[] | null
}

export async function readConstraintRows(catalog: Catalog): Promise<StoredRows<ConstraintRow>> {
  const names = (relation: string, key: string) => `
    (SELECT pg_catalog.json_agg(a.attname ORDER BY u.i) FROM pg_catalog.unnest(${key}) WITH ORDINALITY u(n, i)
       JOIN pg_catalog.pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.n)`
  const rows = catalog.ownStream<ConstraintRow>(
    'pg_constraint',
    `SELECT k.oid, k.conrelid AS table, k.conname AS name, k.contype AS type,
            pg_catalog.pg_get_constraintdef(k.oid) AS sql, k.condeferrable AS deferrable, k.condeferred AS deferred,
            k.convalidated AS validated, ${catalog.features.notEnforced ? 'k.conenforced' : 'true'} AS enforced,
            k.conislocal AS local, k.coninhcount AS inherited, k.conindid AS index, k.confrelid AS referenced,
            k.conparentid AS parent, ${names('k.conrelid', 'k.conkey')} AS columns,
            CASE WHEN k.contype = 'f' THEN ${names('k.confrelid', 'k.confkey')} END AS "referencedColumns"
       FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype IN ('p', 'u', 'x', 'c', 'f') AND c.relkind IN ('r', 'p') AND ${USER_SCHEMA}
      ORDER BY k.conrelid, k.conname`,
  )
  return StoredRows.of(rows, ({ oid }) => oid)
}

const TYPE_WORDS = { p: 'primary key', u: 'unique', x: 'exclusion', c: 'check', f: 'foreign key' } as const

/** What the constraint drafts are made from. */
export interface ConstraintContext {
  readonly relations: Relations
  readonly indexes: StoredRows<IndexRow>
  /** All partitions below a table. */
  readonly partitionsOf: (table: Oid) => readonly Oid[]
  /** Check constraints that `CREATE TABLE` writes itself, because the table is attached to a parent that has them. */
  readonly isInline: (row: ConstraintRow, table: Relation) => boolean
}

/** The constraints of tables, each an object of its own: checks before the records, all others after them. */
export function* constraintDrafts(
  rows: Iterable<ConstraintRow>,
  context: ConstraintContext,
): Generator<Draft, void, undefined> {
  /** Of partitioned tables, whose indexes have parts, the constraints by index. */
  const byIndex = new Map<Oid, Oid>()
  for (const { index, type, oid, table } of rows) {
    if (index !== '0' && type !== 'f' && context.relations.get(table)?.kind === 'p') byIndex.set(index, oid)
  }
  for (const row of rows) {
    const table = context.relations.get(row.table)
    if (table === undefined || table.kind === 'f') continue
    if (row.type === 'c') {
      if (row.local || context.isInline(row, table)) yield checkDraft(row, table, context)
    } else if (row.type === 'f') {
      if (row.parent === '0') yield foreignKeyDraft(row, table, context.relations)
    } else {
      const index = context.indexes.get(row.index)
      if (index !== undefined) yield keyDraft(row, table, index, byIndex, context)
    }
  }
}

function base(row: ConstraintRow, table: Relation): Pick<Draft, 'kind' | 'name' | 'collection' | 'sql' | 'drop'> {
  return {
    kind: 'constraint',
    name: `${relationName(table)}.${row.name}`,
    collection: relationName(table),
    sql: `CONSTRAINT ${quoteIdentifier(row.name)} ON ${relationSql(table)}`,
    drop: `ALTER TABLE ${relationSql(table)} DROP CONSTRAINT ${quoteIdentifier(row.name)}`,
  }
}

function facts(row: ConstraintRow, table: Relation, sql: string): Record<string, Json> {
  return {
    table: relationName(table),
    type: TYPE_WORDS[row.type],
    columns: row.columns ?? [],
    sql,
    ...(row.deferrable ? { deferrable: true, initiallyDeferred: row.deferred } : {}),
    ...(row.validated || !row.enforced ? {} : { validated: false }),
    ...(row.enforced ? {} : { enforced: false }),
  }
}

function checkDraft(row: ConstraintRow, table: Relation, context: ConstraintContext): Draft {
  const inline = context.isInline(row, table)
  // A parent's check is added with its children, so that those that do not say it themselves have it too.
  const statement = `ALTER TABLE ${relationSql(table)} ADD CONSTRAINT ${quoteIdentifier(row.name)} ${row.sql}`
  return {
    ...base(row, table),
    definition: facts(row, table, row.sql),
    // One that has not been verified may be violated by records that are there.
    section: row.validated || inline || !row.enforced ? 'pre-data' : 'post-data',
    statements: inline ? [] : [statement],
    addresses: inline ? [] : [address('pg_constraint', row.oid)],
    commentedAt: address('pg_constraint', row.oid),
    needs: [address('pg_class', row.table)],
  }
}

function foreignKeyDraft(row: ConstraintRow, table: Relation, relations: Relations): Draft {
  const only = table.kind === 'p' ? '' : 'ONLY '
  const referenced = relations.get(row.referenced)
  return {
    ...base(row, table),
    definition: {
      ...facts(row, table, row.sql),
      ...(referenced === undefined ? {} : { referencedTable: relationName(referenced) }),
      referencedColumns: row.referencedColumns ?? [],
    },
    section: 'post-data',
    statements: [`ALTER TABLE ${only}${relationSql(table)} ADD CONSTRAINT ${quoteIdentifier(row.name)} ${row.sql}`],
    addresses: [address('pg_constraint', row.oid)],
    needs: [address('pg_class', row.table), address('pg_class', row.referenced)],
  }
}

/** `WITH (...)` goes before the words on deferring; an exclusion constraint's options are set afterwards. */
function keySql(row: ConstraintRow, index: IndexRow): { sql: string; after: string[] } {
  const options = indexExtras(index).options
  if (options.length === 0) return { sql: row.sql, after: [] }
  const list = options.join(', ')
  if (row.type === 'x') {
    return { sql: row.sql, after: [`ALTER INDEX ${sqlName(index.schema, index.name)} SET (${list})`] }
  }
  const tail = row.deferrable ? (row.deferred ? ' DEFERRABLE INITIALLY DEFERRED' : ' DEFERRABLE') : ''
  return { sql: `${row.sql.slice(0, row.sql.length - tail.length)} WITH (${list})${tail}`, after: [] }
}

function keyDraft(
  row: ConstraintRow,
  table: Relation,
  index: IndexRow,
  byIndex: ReadonlyMap<Oid, Oid>,
  context: ConstraintContext,
): Draft {
  const { sql, after } = keySql(row, index)
  const extras: IndexExtras = indexExtras(index)
  const parent = index.parent === null ? undefined : context.indexes.get(index.parent)
  const parentConstraint = parent === undefined ? undefined : byIndex.get(parent.oid)
  // The server makes the parts of a partitioned exclusion constraint itself and attaches no other's.
  const madeByParent = row.type === 'x' && parent !== undefined
  const attach =
    parent === undefined || madeByParent
      ? []
      : [`ALTER INDEX ${sqlName(parent.schema, parent.name)} ATTACH PARTITION ${sqlName(index.schema, index.name)}`]
  const only = row.type === 'x' && table.kind === 'p' ? '' : 'ONLY '
  const needs: Address[] = [address('pg_class', row.table)]
  if (only === '') needs.push(...context.partitionsOf(row.table).map((oid) => address('pg_class', oid)))
  if (parentConstraint !== undefined) needs.push(address('pg_constraint', parentConstraint))
  else if (parent !== undefined) needs.push(address('pg_class', parent.oid))
  return {
    ...base(row, table),
    definition: {
      ...facts(row, table, sql),
      ...extras.definition,
      ...(extras.options.length === 0 ? {} : { options: extras.options }),
    },
    section: 'post-data',
    statements: [
      ...(madeByParent
        ? []
        : [`ALTER TABLE ${only}${relationSql(table)} ADD CONSTRAINT ${quoteIdentifier(row.name)} ${sql}`]),
      ...after,
      ...extras.statements(relationSql(table)),
      ...attach,
    ],
    addresses: [address('pg_constraint', row.oid), address('pg_class', index.oid)],
    needs,
  }
}
