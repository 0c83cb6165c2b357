import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier, quoteLiteral } from './identifiers.ts'
import { type Relation, type Relations, relationName, relationSql } from './relation.ts'

/** `O` fires at the origin, `D` never, `R` on a replica, `A` always. */
export type FiringState = 'O' | 'D' | 'R' | 'A'

export const FIRING_WORDS: Readonly<Record<FiringState, string>> = {
  O: 'ENABLE',
  D: 'DISABLE',
  R: 'ENABLE REPLICA',
  A: 'ENABLE ALWAYS',
}

/** What of a view or a table brings objects upon it along in a partial restore: a table's collection, nothing for views. */
export function collectionOf(relation: Relation): { collection?: string } {
  return relation.kind === 'r' || relation.kind === 'p' ? { collection: relationName(relation) } : {}
}

interface TriggerRow {
  readonly oid: Oid
  readonly relation: Oid
  readonly name: string
  readonly sql: string
  readonly enabled: FiringState
  readonly parent: Oid
  readonly parentEnabled: FiringState | null
}

/** Triggers that people made. Of the copies that a partition has of its parent's, only those that fire differently. */
export async function readTriggers(catalog: Catalog, relations: Relations): Promise<Draft[]> {
  const rows = await catalog.ownRows<TriggerRow>(
    'pg_trigger',
    `SELECT t.oid, t.tgrelid AS relation, t.tgname AS name, pg_catalog.pg_get_triggerdef(t.oid, false) AS sql,
            t.tgenabled AS enabled, t.tgparentid AS parent, p.tgenabled AS "parentEnabled"
       FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_catalog.pg_trigger p ON p.oid = t.tgparentid
      WHERE ${USER_SCHEMA} AND (NOT t.tgisinternal OR t.tgparentid <> 0)
        AND (t.tgparentid = 0 OR t.tgenabled <> p.tgenabled) AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = t.tgconstraint AND k.contype = 'f')
      ORDER BY c.relname, 3`,
  )
  return rows.flatMap((row): Draft[] => {
    const relation = relations.get(row.relation)
    if (relation === undefined || relation.kind === 'f') return []
    const sql = relationSql(relation)
    const name = quoteIdentifier(row.name)
    const usual = row.parentEnabled ?? 'O'
    return [
      {
        kind: 'trigger',
        name: `${relationName(relation)}.${row.name}`,
        ...collectionOf(relation),
        definition: {
          table: relationName(relation),
          sql: row.sql,
          ...(row.enabled === usual ? {} : { enabled: FIRING_WORDS[row.enabled].toLowerCase() }),
          ...(row.parent === '0' ? {} : { partOfParents: true }),
        },
        section: 'post-data',
        statements: [
          ...(row.parent === '0' ? [row.sql] : []),
          ...(row.enabled === usual ? [] : [`ALTER TABLE ${sql} ${FIRING_WORDS[row.enabled]} TRIGGER ${name}`]),
        ],
        addresses: [address('pg_trigger', row.oid)],
        needs: [address('pg_class', relation.oid), ...(row.parent === '0' ? [] : [address('pg_trigger', row.parent)])],
        sql: `TRIGGER ${name} ON ${sql}`,
      },
    ]
  })
}

interface EventTriggerRow {
  readonly oid: Oid
  readonly name: string
  readonly event: string
  readonly tags: readonly string[] | null
  readonly function: string
  readonly enabled: FiringState
}

/** Event triggers; made last, because they would fire at what a restore makes. */
export async function readEventTriggers(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<EventTriggerRow>(
    'pg_event_trigger',
    `SELECT e.oid, e.evtname AS name, e.evtevent AS event, pg_catalog.array_to_json(e.evttags) AS tags,
            pg_catalog.format('%I.%I', n.nspname, p.proname) AS function, e.evtenabled AS enabled
       FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
       JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace ORDER BY 2`,
  )
  return rows.map((row) => {
    const name = quoteIdentifier(row.name)
    const when = row.tags === null ? '' : ` WHEN TAG IN (${row.tags.map(quoteLiteral).join(', ')})`
    const create = `CREATE EVENT TRIGGER ${name} ON ${quoteIdentifier(row.event)}${when} EXECUTE FUNCTION ${row.function}()`
    return {
      kind: 'event trigger',
      name: row.name,
      definition: {
        event: row.event,
        function: row.function,
        ...(row.tags === null ? {} : { tags: row.tags }),
        ...(row.enabled === 'O' ? {} : { enabled: FIRING_WORDS[row.enabled].toLowerCase() }),
      },
      section: 'post-data',
      statements: [
        create,
        ...(row.enabled === 'O' ? [] : [`ALTER EVENT TRIGGER ${name} ${FIRING_WORDS[row.enabled]}`]),
      ],
      addresses: [address('pg_event_trigger', row.oid)],
      sql: `EVENT TRIGGER ${name}`,
    }
  })
}
