import type { Json } from '@dbsnap/core/values'
import { quoteIdentifier, quoteLiteral, sqlName } from './identifiers.ts'
import { type SequenceRow, sequenceOptions } from './read-sequences.ts'
import { type ColumnRow, optionList, type Relation, relationSql } from './relation.ts'

/** How a column is made: what `CREATE TABLE` says of it, and what other statements add. */
export interface ColumnContext {
  readonly table: Relation
  /** The sequence of the column, where it is an identity of this table's own. */
  readonly sequence?: SequenceRow
  /** Whether the default is set by a statement of its own, because it needs objects that may need the table. */
  readonly defaultApart: boolean
  /** Columns of the same name in the table's parents. */
  readonly inherited: readonly ColumnRow[]
}

/** PostgreSQL's own name for a NOT NULL constraint, where it need not be cut. */
function isOwnNotNullName(column: ColumnRow, table: Relation): boolean {
  return column.notNullName === null || column.notNullName === `${table.name}_${column.name}_not_null`
}

/** Whether all records hold a value: also where the server is 18 and the constraint has not been verified, they may not. */
export function isNotNull(column: ColumnRow): boolean {
  return column.notNull && column.notNullValidated !== false
}

/** `NOT NULL` with its name and words, or nothing. */
export function notNullClause(column: ColumnRow, table: Relation): string[] {
  if (!isNotNull(column)) return []
  const name = isOwnNotNullName(column, table) ? '' : `CONSTRAINT ${quoteIdentifier(column.notNullName ?? '')} `
  return [`${name}NOT NULL${column.notNullNoInherit === true ? ' NO INHERIT' : ''}`]
}

/** A column as `CREATE TABLE` lists it. */
export function columnClause(column: ColumnRow, context: ColumnContext): string {
  const clauses = [`${quoteIdentifier(column.name)} ${context.table.ofType === null ? column.type : 'WITH OPTIONS'}`]
  if (column.collation !== null && context.table.ofType === null) clauses.push(`COLLATE ${column.collation}`)
  if (column.generated !== '') {
    const known = context.inherited.some((parent) => parent.generated !== '' && parent.default === column.default)
    if (!known || context.table.isPartition) {
      clauses.push(`GENERATED ALWAYS AS (${column.default}) ${column.generated === 's' ? 'STORED' : 'VIRTUAL'}`)
    }
  } else if (column.default !== null && !context.defaultApart) clauses.push(`DEFAULT ${column.default}`)
  clauses.push(...notNullClause(column, context.table))
  if (context.sequence !== undefined) {
    const name = sqlName(context.sequence.schema, context.sequence.name)
    const how = column.identity === 'a' ? 'ALWAYS' : 'BY DEFAULT'
    clauses.push(`GENERATED ${how} AS IDENTITY (SEQUENCE NAME ${name} ${sequenceOptions(context.sequence)})`)
  }
  return clauses.join(' ')
}

/** Statements for what `CREATE TABLE` cannot say of a column: storage, compression, statistics, options, comment. */
export function columnStatements(column: ColumnRow, relation: Relation): string[] {
  const name = quoteIdentifier(column.name)
  const alter = `ALTER ${relation.kind === 'm' ? 'MATERIALIZED VIEW' : 'TABLE ONLY'} ${relationSql(relation)} ALTER COLUMN ${name}`
  const options = optionList(column.options)
  return [
    ...(column.statistics === null ? [] : [`${alter} SET STATISTICS ${column.statistics}`]),
    ...(column.storage === null || relation.kind === 'v' ? [] : [`${alter} SET STORAGE ${column.storage}`]),
    ...(column.compression === null ? [] : [`${alter} SET COMPRESSION ${column.compression}`]),
    ...(options.length === 0 ? [] : [`${alter} SET (${options.join(', ')})`]),
    ...columnComment(column, relation),
    ...notNullCommentStatement(column, relation),
  ]
}

function notNullCommentStatement(column: ColumnRow, table: Relation): string[] {
  if (column.notNullComment === null || column.notNullName === null || !isNotNull(column)) return []
  const name = quoteIdentifier(column.notNullName)
  return [`COMMENT ON CONSTRAINT ${name} ON ${relationSql(table)} IS ${quoteLiteral(column.notNullComment)}`]
}

export function columnComment(column: ColumnRow, relation: Relation): string[] {
  if (column.comment === null) return []
  return [
    `COMMENT ON COLUMN ${relationSql(relation)}.${quoteIdentifier(column.name)} IS ${quoteLiteral(column.comment)}`,
  ]
}

/**
 * What a diff compares of a column. A NOT NULL that is named as a parent's came from there, and follows from what is said
 * of the parent: servers before 18 know no such names.
 */
export function columnDefinition(
  column: ColumnRow,
  table: Relation,
  inherited: readonly ColumnRow[],
): Record<string, Json> {
  const isParents = inherited.some(({ notNullName }) => notNullName === column.notNullName)
  const ownName = isOwnNotNullName(column, table) || isParents || !isNotNull(column)
  return {
    type: column.type,
    notNull: isNotNull(column),
    ...(ownName ? {} : { notNullConstraint: column.notNullName }),
    ...(column.notNullNoInherit === true && isNotNull(column) ? { notNullNoInherit: true } : {}),
    ...(column.notNullComment === null ? {} : { notNullComment: column.notNullComment }),
    ...(column.generated === '' && column.default !== null ? { default: column.default } : {}),
    ...(column.generated === '' ? {} : { generated: { expression: column.default, stored: column.generated === 's' } }),
    ...(column.identity === '' ? {} : { identity: column.identity === 'a' ? 'always' : 'by default' }),
    ...(column.collation === null ? {} : { collation: column.collation }),
    ...(column.storage === null ? {} : { storage: column.storage.toLowerCase() }),
    ...(column.compression === null ? {} : { compression: column.compression }),
    ...(column.statistics === null ? {} : { statistics: column.statistics }),
    ...(column.options === null ? {} : { options: column.options }),
    ...(column.local || table.isPartition ? {} : { inherited: true }),
    ...(column.comment === null ? {} : { comment: column.comment }),
  }
}
