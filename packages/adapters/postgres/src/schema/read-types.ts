import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteIdentifier, quoteLiteral, sqlName } from './identifiers.ts'

interface EnumRow {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly labels: readonly string[] | null
}

/** Enum types. */
export async function readEnums(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<EnumRow>(
    'pg_type',
    `SELECT t.oid, n.nspname AS schema, t.typname AS name,
            (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder)
               FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS labels
       FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE t.typtype = 'e' AND ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return rows.map(({ oid, schema, name, labels }) => {
    const sql = sqlName(schema, name)
    return {
      kind: 'enum type',
      name: qualifiedName(schema, name),
      definition: { labels: labels ?? [] },
      section: 'pre-data',
      statements: [`CREATE TYPE ${sql} AS ENUM (${(labels ?? []).map(quoteLiteral).join(', ')})`],
      addresses: [address('pg_type', oid)],
      sql: `TYPE ${sql}`,
    }
  })
}

interface CompositeRow {
  readonly oid: Oid
  readonly relation: Oid
  readonly schema: string
  readonly name: string
  readonly fields:
    | readonly {
        readonly name: string
        readonly type: string
        readonly collation: string | null
        readonly comment: string | null
      }[]
    | null
}

/** Composite types made by themselves; those of tables belong to the tables. */
export async function readCompositeTypes(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<CompositeRow>(
    'pg_type',
    `SELECT t.oid, c.oid AS relation, n.nspname AS schema, t.typname AS name,
            (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname,
                      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
                      'collation', CASE WHEN a.attcollation <> at.typcollation
                                        THEN a.attcollation::pg_catalog.regcollation::text END,
                      'comment', pg_catalog.col_description(c.oid, a.attnum)) ORDER BY a.attnum)
               FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS fields
       FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
       JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
      WHERE t.typtype = 'c' AND ${USER_SCHEMA} ORDER BY 3, 4`,
  )
  return rows.map((row) => {
    const sql = sqlName(row.schema, row.name)
    const fields = row.fields ?? []
    const lines = fields.map(
      ({ name, type, collation }) =>
        `  ${quoteIdentifier(name)} ${type}${collation === null ? '' : ` COLLATE ${collation}`}`,
    )
    const comments = fields.flatMap(({ name, comment }) =>
      comment === null ? [] : [`COMMENT ON COLUMN ${sql}.${quoteIdentifier(name)} IS ${quoteLiteral(comment)}`],
    )
    return {
      kind: 'composite type',
      name: qualifiedName(row.schema, row.name),
      definition: {
        fields: fields.map(({ name, type, collation, comment }) => ({
          name,
          type,
          ...(collation === null ? {} : { collation }),
          ...(comment === null ? {} : { comment }),
        })),
      },
      section: 'pre-data',
      statements: [`CREATE TYPE ${sql} AS (${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`})`, ...comments],
      addresses: [address('pg_type', row.oid), address('pg_class', row.relation)],
      sql: `TYPE ${sql}`,
    }
  })
}
