import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'
import { collectionOf, FIRING_WORDS, type FiringState } from './read-triggers.ts'
import { type Relations, relationName, relationSql } from './relation.ts'

interface Row {
  readonly oid: Oid
  readonly relation: Oid
  readonly name: string
  readonly sql: string
  readonly enabled: FiringState
}

/** Rules, without those that make a view a view. */
export async function readRules(catalog: Catalog, relations: Relations): Promise<Draft[]> {
  const rows = await catalog.ownRows<Row>(
    'pg_rewrite',
    `SELECT r.oid, r.ev_class AS relation, r.rulename AS name, pg_catalog.pg_get_ruledef(r.oid) AS sql,
            r.ev_enabled AS enabled
       FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE ${USER_SCHEMA} AND r.rulename <> '_RETURN' ORDER BY c.relname, 3`,
  )
  return rows.flatMap((row): Draft[] => {
    const relation = relations.get(row.relation)
    if (relation === undefined) return []
    const name = quoteIdentifier(row.name)
    const sql = row.sql.replace(/;\s*$/, '')
    return [
      {
        kind: 'rule',
        name: `${relationName(relation)}.${row.name}`,
        ...collectionOf(relation),
        definition: {
          table: relationName(relation),
          sql,
          ...(row.enabled === 'O' ? {} : { enabled: FIRING_WORDS[row.enabled].toLowerCase() }),
        },
        section: 'post-data',
        statements: [
          sql,
          ...(row.enabled === 'O'
            ? []
            : [`ALTER TABLE ${relationSql(relation)} ${FIRING_WORDS[row.enabled]} RULE ${name}`]),
        ],
        addresses: [address('pg_rewrite', row.oid)],
        needs: [address('pg_class', relation.oid)],
        sql: `RULE ${name} ON ${relationSql(relation)}`,
      },
    ]
  })
}
