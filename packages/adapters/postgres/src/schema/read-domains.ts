import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteIdentifier, quoteLiteral, sqlName } from './identifiers.ts'

interface DomainRow {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly type: string
  readonly collation: string | null
  readonly default: string | null
  readonly notNull: boolean
}

interface ConstraintRow {
  readonly oid: Oid
  readonly domain: Oid
  readonly name: string
  readonly type: string
  readonly sql: string
  readonly validated: boolean
  readonly comment: string | null
}

/** Domains; each of their constraints is an object of its own. */
export async function readDomains(catalog: Catalog): Promise<Draft[]> {
  const domains = await catalog.ownRows<DomainRow>(
    'pg_type',
    `SELECT t.oid, n.nspname AS schema, t.typname AS name, pg_catalog.format_type(t.typbasetype, t.typtypmod) AS type,
            CASE WHEN t.typcollation <> bt.typcollation THEN t.typcollation::pg_catalog.regcollation::text END AS collation,
            coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0), pg_catalog.quote_literal(t.typdefault)) AS default,
            t.typnotnull AS "notNull"
       FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
       JOIN pg_catalog.pg_type bt ON bt.oid = t.typbasetype
      WHERE t.typtype = 'd' AND ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  const constraints = await catalog.rows<ConstraintRow>(
    `SELECT c.oid, c.contypid AS domain, c.conname AS name, c.contype AS type,
            pg_catalog.pg_get_constraintdef(c.oid) AS sql, c.convalidated AS validated,
            pg_catalog.obj_description(c.oid, 'pg_constraint') AS comment
       FROM pg_catalog.pg_constraint c WHERE c.contypid <> 0 ORDER BY 3`,
  )
  return domains.flatMap((row) => {
    const own = constraints.filter((constraint) => constraint.domain === row.oid)
    return [domainDraft(row, own), ...own.filter(({ type }) => type === 'c').map((one) => constraintDraft(row, one))]
  })
}

function domainDraft(row: DomainRow, constraints: readonly ConstraintRow[]): Draft {
  const sql = sqlName(row.schema, row.name)
  const notNull = constraints.find(({ type }) => type === 'n')
  const ownName = notNull !== undefined && notNull.name !== `${row.name}_not_null` ? notNull.name : undefined
  const clauses = [
    ...(row.collation === null ? [] : [`COLLATE ${row.collation}`]),
    ...(row.notNull ? [`${ownName === undefined ? '' : `CONSTRAINT ${quoteIdentifier(ownName)} `}NOT NULL`] : []),
    ...(row.default === null ? [] : [`DEFAULT ${row.default}`]),
  ]
  return {
    kind: 'domain',
    name: qualifiedName(row.schema, row.name),
    definition: {
      type: row.type,
      notNull: row.notNull,
      ...(ownName === undefined ? {} : { notNullConstraint: ownName }),
      ...(notNull?.comment === undefined || notNull.comment === null ? {} : { notNullComment: notNull.comment }),
      ...(row.default === null ? {} : { default: row.default }),
      ...(row.collation === null ? {} : { collation: row.collation }),
    },
    section: 'pre-data',
    statements: [
      [`CREATE DOMAIN ${sql} AS ${row.type}`, ...clauses].join(' '),
      ...(notNull === undefined || notNull.comment === null
        ? []
        : [
            `COMMENT ON CONSTRAINT ${quoteIdentifier(notNull.name)} ON DOMAIN ${sql} IS ${quoteLiteral(notNull.comment)}`,
          ]),
    ],
    addresses: [address('pg_type', row.oid), ...(notNull === undefined ? [] : [address('pg_constraint', notNull.oid)])],
    sql: `DOMAIN ${sql}`,
  }
}

function constraintDraft(domain: DomainRow, row: ConstraintRow): Draft {
  const sql = sqlName(domain.schema, domain.name)
  const name = quoteIdentifier(row.name)
  return {
    kind: 'domain constraint',
    name: `${qualifiedName(domain.schema, domain.name)}.${row.name}`,
    definition: { domain: qualifiedName(domain.schema, domain.name), sql: row.sql },
    // One that has not been verified may be violated by records that are there.
    section: row.validated ? 'pre-data' : 'post-data',
    statements: [`ALTER DOMAIN ${sql} ADD CONSTRAINT ${name} ${row.sql}`],
    addresses: [address('pg_constraint', row.oid)],
    needs: [address('pg_type', domain.oid)],
    sql: `CONSTRAINT ${name} ON DOMAIN ${sql}`,
    drop: `ALTER DOMAIN ${sql} DROP CONSTRAINT ${name}`,
  }
}
