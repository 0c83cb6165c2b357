import { IncompatibleTargetError, isDbSnapError } from '@dbsnap/core/errors'
import { quoteName } from './quote-name.ts'
import type { TargetConnection } from './target-connection.ts'

/** A foreign key of the target, as its topmost constraint says where tables are partitioned. */
export interface ForeignKey {
  readonly name: string
  /** The referencing table, for statements and for people. */
  readonly table: string
  readonly tablePartitioned: boolean
  readonly tableOwned: boolean
  readonly referenced: string
  readonly referencedPartitioned: boolean
  readonly columns: readonly string[]
  readonly referencedColumns: readonly string[]
  /** Per column, `referenced = referencing`. */
  readonly operators: readonly string[]
  readonly matchFull: boolean
  /** Whether all rows are promised to satisfy it: false for `NOT VALID` and `NOT ENFORCED`. */
  readonly validated: boolean
  /** Temporal (`PERIOD`, from PostgreSQL 18): equality of columns does not describe it. */
  readonly temporal: boolean
  /** As `ADD CONSTRAINT` takes it. */
  readonly definition: string
  readonly comment: string | null
}

const FOREIGN_KEYS = (serverVersion: number): string => `
WITH RECURSIVE touched AS (
  SELECT oid, conparentid FROM pg_catalog.pg_constraint
   WHERE contype = 'f' AND (conrelid = ANY ($1::oid[]) OR confrelid = ANY ($1::oid[]))
  UNION
  SELECT p.oid, p.conparentid FROM pg_catalog.pg_constraint p JOIN touched ON p.oid = touched.conparentid
)
SELECT k.conname AS name,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS "table",
       c.relkind = 'p' AS "tablePartitioned", pg_catalog.pg_has_role(c.relowner, 'USAGE') AS "tableOwned",
       pg_catalog.format('%I.%I', rn.nspname, r.relname) AS referenced, r.relkind = 'p' AS "referencedPartitioned",
       ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u(attnum, i)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.i) AS columns,
       ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY u(attnum, i)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum ORDER BY u.i) AS "referencedColumns",
       ARRAY(SELECT pg_catalog.format('OPERATOR(%I.%s)', opn.nspname, o.oprname)
               FROM pg_catalog.unnest(k.conpfeqop) WITH ORDINALITY u(operator, i)
               JOIN pg_catalog.pg_operator o ON o.oid = u.operator
               JOIN pg_catalog.pg_namespace opn ON opn.oid = o.oprnamespace ORDER BY u.i) AS operators,
       k.confmatchtype = 'f' AS "matchFull",
       k.convalidated${serverVersion >= 180000 ? ' AND k.conenforced' : ''} AS validated,
       ${serverVersion >= 180000 ? 'k.conperiod' : 'false'} AS temporal,
       pg_catalog.pg_get_constraintdef(k.oid) AS definition,
       pg_catalog.obj_description(k.oid, 'pg_constraint') AS comment
  FROM touched JOIN pg_catalog.pg_constraint k ON k.oid = touched.oid
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class r ON r.oid = k.confrelid JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
 WHERE k.conparentid = 0
 ORDER BY 2, 1`

/** Every foreign key that begins or ends at one of the tables. */
export async function foreignKeysOf(main: TargetConnection, tableOids: readonly string[]): Promise<ForeignKey[]> {
  return (await main.rows(FOREIGN_KEYS(main.serverVersion), [tableOids])) as unknown as ForeignKey[]
}

/** Drops a foreign key; `addForeignKey` puts the same one back. */
export async function dropForeignKey(main: TargetConnection, key: ForeignKey): Promise<void> {
  await main.run(`ALTER TABLE ${key.table} DROP CONSTRAINT ${quoteName(key.name)}`, `drop foreign key ${key.name}`)
}

/**
 * Adds a foreign key that was dropped, with its comment. The server verifies it, unless it was `NOT VALID`. Fails with
 * `IncompatibleTargetError` where it does not hold, or where the key that it refers to is gone.
 */
export async function addForeignKey(main: TargetConnection, key: ForeignKey): Promise<void> {
  const doing = `add foreign key ${key.name} of ${key.table}`
  try {
    await main.run(`ALTER TABLE ${key.table} ADD CONSTRAINT ${quoteName(key.name)} ${key.definition}`, doing)
  } catch (error) {
    throw cannotAdd(key, error)
  }
  if (key.comment !== null) {
    const comment = key.comment.replaceAll("'", "''")
    await main.run(`COMMENT ON CONSTRAINT ${quoteName(key.name)} ON ${key.table} IS '${comment}'`, doing)
  }
}

/** Fails with `IncompatibleTargetError` where a row of the referencing table has no partner. */
export async function verifyForeignKey(main: TargetConnection, key: ForeignKey): Promise<void> {
  if (!key.validated) return
  if (key.temporal) {
    await dropForeignKey(main, key)
    return addForeignKey(main, key)
  }
  const [row] = await main.rows(violationQuery(key), [], `verify foreign key ${key.name}`)
  if (row === undefined) return
  throw doesNotHold(key)
}

function cannotAdd(key: ForeignKey, error: unknown): unknown {
  const sqlState = isDbSnapError(error) ? String(error.data.sqlState) : ''
  if (sqlState === '23503') return doesNotHold(key)
  // Its columns or the unique key that it needs are not there any more.
  if (!/^42(703|830|P01|704)$/.test(sqlState)) return error
  return new IncompatibleTargetError(`foreign key ${key.name} of ${key.table} cannot be put back`, {
    hint: `The snapshot's ${key.referenced} has no such key. Choose ${key.table} too, or drop the foreign key. Nothing was changed.`,
    data: { constraint: key.name, table: key.table, referenced: key.referenced },
    cause: error,
  })
}

function doesNotHold(key: ForeignKey): IncompatibleTargetError {
  return new IncompatibleTargetError(`foreign key ${key.name} of ${key.table} does not hold after the restore`, {
    hint: `Rows of ${key.table} would refer to rows that ${key.referenced} does not have. Restore both tables together. Nothing was changed.`,
    data: { constraint: key.name, table: key.table, referenced: key.referenced },
  })
}

function violationQuery(key: ForeignKey): string {
  const only = (partitioned: boolean) => (partitioned ? '' : 'ONLY ')
  const join = key.columns.map(
    (column, index) => `p.${key.referencedColumns[index]} ${key.operators[index]} f.${column}`,
  )
  const present = key.columns.map((column) => `f.${column} IS NOT NULL`)
  const matched = `NOT EXISTS (SELECT FROM ${only(key.referencedPartitioned)}${key.referenced} p WHERE ${join.join(' AND ')})`
  const violated = key.matchFull
    ? `(${present.join(' OR ')}) AND (NOT (${present.join(' AND ')}) OR ${matched})`
    : `${present.join(' AND ')} AND ${matched}`
  return `SELECT 1 FROM ${only(key.tablePartitioned)}${key.table} f WHERE ${violated} LIMIT 1`
}
