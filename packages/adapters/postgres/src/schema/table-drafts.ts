import type { Json } from '@dbsnap/core/values'
import type { Catalog } from './catalog.ts'
import { type Address, address, CATALOGS, classOf, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'
import type { ConstraintRow } from './read-constraints.ts'
import type { SequenceRow } from './read-sequences.ts'
import { type ColumnRow, type Relation, type Relations, relationName, relationSql, storageOptions } from './relation.ts'
import {
  type ColumnContext,
  columnClause,
  columnDefinition,
  columnStatements,
  isNotNull,
  notNullClause,
} from './table-columns.ts'

/** What table drafts are made from. */
export interface TableContext {
  readonly catalog: Catalog
  readonly relations: Relations
  /** Identity sequences by `table.column number`. */
  readonly identities: ReadonlyMap<string, SequenceRow>
  /** Check constraints that parents have as well, by table. */
  readonly checks: ReadonlyMap<Oid, readonly ConstraintRow[]>
}

/**
 * Whether a table is made by itself and then attached to its parents. Partitions are; so are inheritance children all of
 * whose inherited columns are their own as well, because that keeps the order of their columns.
 */
export function isAttached(table: Relation, relations: Relations): boolean {
  if (table.isPartition) return true
  if ((table.parents ?? []).length === 0 || table.ofType !== null) return false
  return relations.columnsOf(table.oid).every((column) => column.local)
}

/** Whether a check belongs into `CREATE TABLE`: an attached table must have its parent's checks before it is attached. */
export function isInlineCheck(row: ConstraintRow, table: Relation, relations: Relations): boolean {
  return row.type === 'c' && row.inherited > 0 && isAttached(table, relations)
}

/** Dependencies on these do not keep a default out of `CREATE TABLE`: they never need a table themselves, or not here. */
const HARMLESS = new Set<number>([CATALOGS.pg_type, CATALOGS.pg_collation, CATALOGS.pg_namespace])

/** Whether a default needs a function, a sequence or another object that may itself need a table. */
function isDefaultApart(column: ColumnRow, catalog: Catalog): boolean {
  if (column.defaultOid === null || column.generated !== '') return false
  const own = address('pg_class', column.relation)
  return catalog
    .dependenciesOf(address('pg_attrdef', column.defaultOid))
    .some(
      ({ referenced }) =>
        referenced !== own && !HARMLESS.has(classOf(referenced)) && !catalog.isExtensionMember(referenced),
    )
}

function columnContext(column: ColumnRow, table: Relation, context: TableContext): ColumnContext {
  const sequence = context.identities.get(`${table.oid}.${column.number}`)
  return {
    table,
    ...(sequence === undefined ? {} : { sequence }),
    defaultApart: isDefaultApart(column, context.catalog),
    inherited: (table.parents ?? []).flatMap((parent) =>
      context.relations.columnsOf(parent).filter(({ name }) => name === column.name),
    ),
  }
}

/** A table, its columns, and its unverified NOT NULL constraints. */
export function tableDrafts(table: Relation, context: TableContext): Draft[] {
  const columns = context.relations
    .columnsOf(table.oid)
    .map((column) => ({ column, context: columnContext(column, table, context) }))
  const name = relationName(table)
  const drafts = columns.map((one, position) => columnDraft(one, position, table))
  return [
    {
      kind: 'table',
      name,
      collection: name,
      definition: tableDefinition(table, context.relations),
      section: 'pre-data',
      statements: tableStatements(table, columns, context),
      addresses: [
        address('pg_class', table.oid),
        ...columns.flatMap(({ column, context: { defaultApart } }): Address[] =>
          column.defaultOid !== null && !defaultApart ? [address('pg_attrdef', column.defaultOid)] : [],
        ),
        ...inlineChecks(table, context).map((row) => address('pg_constraint', row.oid)),
      ],
      needs: (table.parents ?? []).map((parent) => address('pg_class', parent)),
      sql: `TABLE ${relationSql(table)}`,
      parts: drafts.filter(({ statements }) => statements.length === 0),
    },
    ...drafts.filter(({ statements }) => statements.length > 0),
    ...columns.flatMap((one) => unverifiedNotNull(one, table)),
  ]
}

function tableDefinition(table: Relation, relations: Relations): Record<string, Json> {
  const parents = (table.parents ?? []).flatMap((oid) => {
    const parent = relations.get(oid)
    return parent === undefined ? [] : [relationName(parent)]
  })
  const options = storageOptions(table)
  return {
    ...(table.persistence === 'u' ? { unlogged: true } : {}),
    ...(table.partitionKey === null ? {} : { partitionKey: table.partitionKey }),
    ...(table.isPartition ? { partitionOf: parents[0] ?? '', bound: table.bound } : {}),
    ...(!table.isPartition && parents.length > 0 ? { inherits: parents } : {}),
    ...(table.ofType === null ? {} : { ofType: table.ofType }),
    ...(isDefaultAccessMethod(table) ? {} : { accessMethod: table.accessMethod }),
    ...(options.length === 0 ? {} : { options }),
    ...(table.replicaIdentity === 'f' || table.replicaIdentity === 'n'
      ? { replicaIdentity: table.replicaIdentity === 'f' ? 'full' : 'nothing' }
      : {}),
  }
}

function isDefaultAccessMethod(table: Relation): boolean {
  return table.accessMethod === null || table.accessMethod === 'heap'
}

function inlineChecks(table: Relation, context: TableContext): readonly ConstraintRow[] {
  return (context.checks.get(table.oid) ?? []).filter((row) => isInlineCheck(row, table, context.relations))
}

interface ColumnInTable {
  readonly column: ColumnRow
  readonly context: ColumnContext
}

function tableStatements(table: Relation, columns: readonly ColumnInTable[], context: TableContext): string[] {
  const attached = isAttached(table, context.relations)
  const listed = columns.filter(({ column }) => attached || table.isPartition || isListed(column, table))
  const lines = [
    ...listed.map(({ column, context: one }) => columnClause(column, one)),
    ...columns.filter((one) => !listed.includes(one)).flatMap(({ column }) => inheritedNotNull(column, table)),
    ...inlineChecks(table, context).map((row) => `CONSTRAINT ${quoteIdentifier(row.name)} ${row.sql}`),
  ]
  const sql = relationSql(table)
  const parents = (table.parents ?? []).flatMap((oid) => {
    const parent = context.relations.get(oid)
    return parent === undefined ? [] : [relationSql(parent)]
  })
  return [
    createTable(table, lines, attached ? [] : parents),
    ...(attached ? [] : columns.flatMap((one) => inheritedChanges(one, table))),
    ...columns.flatMap(({ column }) => columnStatements(column, table)),
    ...(table.isPartition ? [`ALTER TABLE ONLY ${parents[0]} ATTACH PARTITION ${sql} ${table.bound}`] : []),
    ...(attached && !table.isPartition ? parents.map((parent) => `ALTER TABLE ONLY ${sql} INHERIT ${parent}`) : []),
    ...(table.replicaIdentity === 'f' ? [`ALTER TABLE ONLY ${sql} REPLICA IDENTITY FULL`] : []),
    ...(table.replicaIdentity === 'n' ? [`ALTER TABLE ONLY ${sql} REPLICA IDENTITY NOTHING`] : []),
  ]
}

/** A child lists only its own columns; a table of a type only those it adds something to. */
function isListed(column: ColumnRow, table: Relation): boolean {
  if (table.ofType === null) return column.local
  return column.default !== null || column.notNull || column.identity !== ''
}

function createTable(table: Relation, lines: readonly string[], inherits: readonly string[]): string {
  const options = storageOptions(table)
  const body = lines.length === 0 ? '()' : `(\n${lines.map((line) => `  ${line}`).join(',\n')}\n)`
  return [
    `CREATE ${table.persistence === 'u' ? 'UNLOGGED ' : ''}TABLE ${relationSql(table)}`,
    ...(table.ofType === null ? [body] : [`OF ${table.ofType}`, ...(lines.length === 0 ? [] : [body])]),
    ...(inherits.length === 0 ? [] : [`INHERITS (${inherits.join(', ')})`]),
    ...(table.partitionKey === null ? [] : [`PARTITION BY ${table.partitionKey}`]),
    ...(isDefaultAccessMethod(table) ? [] : [`USING ${quoteIdentifier(table.accessMethod ?? '')}`]),
    ...(options.length === 0 ? [] : [`WITH (${options.join(', ')})`]),
  ].join(' ')
}

/** PostgreSQL 18: a NOT NULL that a child says itself of a column which it inherits. */
function inheritedNotNull(column: ColumnRow, table: Relation): string[] {
  if (column.notNullLocal !== true || table.ofType !== null) return []
  const [clause] = notNullClause(column, table)
  return clause === undefined ? [] : [clause.replace('NOT NULL', `NOT NULL ${quoteIdentifier(column.name)}`)]
}

/** Where a child differs from its parents in a column which it inherits. */
function inheritedChanges({ column, context }: ColumnInTable, table: Relation): string[] {
  if (column.local || context.inherited.length === 0) return []
  const alter = `ALTER TABLE ONLY ${relationSql(table)} ALTER COLUMN ${quoteIdentifier(column.name)}`
  const parentNotNull = context.inherited.some(isNotNull)
  const setNotNull = isNotNull(column) && column.notNullLocal === null && !parentNotNull
  const statements = setNotNull ? [`${alter} SET NOT NULL`] : []
  if (column.generated !== '') return statements
  if (column.default !== null && !context.defaultApart) statements.push(`${alter} SET DEFAULT ${column.default}`)
  else if (context.inherited.some((parent) => parent.default !== null)) statements.push(`${alter} DROP DEFAULT`)
  return statements
}

function columnDraft({ column, context }: ColumnInTable, position: number, table: Relation): Draft {
  const { defaultApart } = context
  const alter = `ALTER TABLE ONLY ${relationSql(table)} ALTER COLUMN ${quoteIdentifier(column.name)}`
  return {
    kind: 'column',
    name: `${relationName(table)}.${column.name}`,
    collection: relationName(table),
    definition: columnDefinition(column, table, context.inherited),
    // A column dropped before it moves it; that is no change of it.
    state: { position },
    section: 'pre-data',
    statements: defaultApart ? [`${alter} SET DEFAULT ${column.default}`] : [],
    addresses: defaultApart && column.defaultOid !== null ? [address('pg_attrdef', column.defaultOid)] : [],
    needs: [address('pg_class', table.oid)],
    drop: `ALTER TABLE ${relationSql(table)} DROP COLUMN ${quoteIdentifier(column.name)}`,
  }
}

/**
 * PostgreSQL 18: a NOT NULL constraint that records which are there may violate; and a child's, which has been verified
 * though its parent's has not.
 */
function unverifiedNotNull({ column, context }: ColumnInTable, table: Relation): Draft[] {
  if (column.notNullName === null || column.notNullOid === null) return []
  const parents = context.inherited.filter((parent) => parent.notNullValidated === false)
  const verified = column.notNullValidated === true && parents.length > 0
  if (column.notNullLocal === false ? !verified : column.notNullValidated === true) return []
  const name = quoteIdentifier(column.notNullName)
  const sql = `NOT NULL ${quoteIdentifier(column.name)}${column.notNullNoInherit === true ? ' NO INHERIT' : ''} NOT VALID`
  return [
    {
      kind: 'constraint',
      name: `${relationName(table)}.${column.notNullName}`,
      collection: relationName(table),
      definition: {
        table: relationName(table),
        type: 'not null',
        columns: [column.name],
        ...(verified ? {} : { sql, validated: false }),
      },
      section: 'post-data',
      statements: [
        verified
          ? `ALTER TABLE ${relationSql(table)} VALIDATE CONSTRAINT ${name}`
          : `ALTER TABLE ${relationSql(table)} ADD CONSTRAINT ${name} ${sql}`,
      ],
      addresses: [address('pg_constraint', column.notNullOid)],
      needs: [
        address('pg_class', table.oid),
        ...parents.flatMap(({ notNullOid }) => (notNullOid === null ? [] : [address('pg_constraint', notNullOid)])),
      ],
      sql: `CONSTRAINT ${name} ON ${relationSql(table)}`,
      drop: `ALTER TABLE ${relationSql(table)} DROP CONSTRAINT ${name}`,
    },
  ]
}
