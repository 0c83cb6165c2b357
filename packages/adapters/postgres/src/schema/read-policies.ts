import type { Catalog } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'
import { type Relation, type Relations, relationName, relationSql } from './relation.ts'

interface Row {
  readonly oid: Oid
  readonly relation: Oid
  readonly name: string
  /** `r` select, `a` insert, `w` update, `d` delete, `*` all. */
  readonly command: 'r' | 'a' | 'w' | 'd' | '*'
  readonly permissive: boolean
  readonly roles: readonly string[] | null
  readonly using: string | null
  readonly check: string | null
}

const COMMANDS = { r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE', '*': 'ALL' } as const

/** Policies, and the switch of each table that makes them count. All are made after the records. */
export async function readPolicies(catalog: Catalog, relations: Relations): Promise<Draft[]> {
  const rows = await catalog.ownRows<Row>(
    'pg_policy',
    `SELECT p.oid, p.polrelid AS relation, p.polname AS name, p.polcmd AS command, p.polpermissive AS permissive,
            (SELECT pg_catalog.json_agg(r.rolname ORDER BY r.rolname) FROM pg_catalog.pg_roles r
              WHERE r.oid = ANY (p.polroles)) AS roles,
            pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using,
            pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS check
       FROM pg_catalog.pg_policy p ORDER BY p.polrelid, 3`,
  )
  const policies = rows.flatMap((row): Draft[] => {
    const table = relations.get(row.relation)
    return table === undefined ? [] : [policyDraft(row, table)]
  })
  const switches: Draft[] = []
  for (const table of relations.all) {
    const isTable = table.kind === 'r' || table.kind === 'p'
    if (isTable && (table.rowSecurity || table.forceRowSecurity)) switches.push(switchDraft(table))
  }
  return [...switches, ...policies]
}

function policyDraft(row: Row, table: Relation): Draft {
  const name = quoteIdentifier(row.name)
  const roles = row.roles ?? []
  return {
    kind: 'policy',
    name: `${relationName(table)}.${row.name}`,
    collection: relationName(table),
    definition: {
      table: relationName(table),
      command: COMMANDS[row.command].toLowerCase(),
      permissive: row.permissive,
      roles: roles.length === 0 ? ['public'] : roles,
      ...(row.using === null ? {} : { using: row.using }),
      ...(row.check === null ? {} : { check: row.check }),
    },
    section: 'post-data',
    statements: [
      [
        `CREATE POLICY ${name} ON ${relationSql(table)}`,
        ...(row.permissive ? [] : ['AS RESTRICTIVE']),
        ...(row.command === '*' ? [] : [`FOR ${COMMANDS[row.command]}`]),
        ...(roles.length === 0 ? [] : [`TO ${roles.map(quoteIdentifier).join(', ')}`]),
        ...(row.using === null ? [] : [`USING (${row.using})`]),
        ...(row.check === null ? [] : [`WITH CHECK (${row.check})`]),
      ].join(' '),
    ],
    addresses: [address('pg_policy', row.oid)],
    needs: [address('pg_class', table.oid)],
    sql: `POLICY ${name} ON ${relationSql(table)}`,
  }
}

function switchDraft(table: Relation): Draft {
  const sql = relationSql(table)
  return {
    kind: 'row security',
    name: relationName(table),
    collection: relationName(table),
    definition: { enabled: table.rowSecurity, forced: table.forceRowSecurity },
    section: 'post-data',
    statements: [
      ...(table.rowSecurity ? [`ALTER TABLE ${sql} ENABLE ROW LEVEL SECURITY`] : []),
      ...(table.forceRowSecurity ? [`ALTER TABLE ONLY ${sql} FORCE ROW LEVEL SECURITY`] : []),
    ],
    addresses: [],
    needs: [address('pg_class', table.oid)],
    drop: `ALTER TABLE ${sql} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY`,
  }
}
