import type { TargetConnection } from './target-connection.ts'

/** How foreign keys and triggers are kept from acting while records are written. */
export type HoldOff =
  /** `session_replication_role = replica`: only triggers and rules marked `REPLICA` or `ALWAYS` would fire. */
  | 'replica'
  /** The user lacks that privilege: triggers are disabled by name, foreign keys dropped and added again. */
  | 'by-name'

const SAVEPOINT = 'dbsnap_replica'

/** Turns replication's role on where the user may; else says that everything has to be held off by name. */
export async function beginHoldOff(main: TargetConnection): Promise<HoldOff> {
  await main.run(`SAVEPOINT ${SAVEPOINT}`)
  try {
    await main.client.query('SET LOCAL session_replication_role = replica')
    await main.run(`RELEASE SAVEPOINT ${SAVEPOINT}`)
    return 'replica'
  } catch {
    // Refused for lack of privilege. Whatever else it was shows at the next statement.
    await main.run(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`)
    return 'by-name'
  }
}

const FIRING = `
SELECT pg_catalog.format('ALTER TABLE %I.%I ', n.nspname, c.relname) AS alter_table, c.oid AS table_oid,
       pg_catalog.format('%s %I', f.what, f.name) AS what, f.enabled
  FROM (SELECT tgrelid AS relation, 'TRIGGER' AS what, tgname AS name, tgenabled AS enabled
          FROM pg_catalog.pg_trigger WHERE NOT tgisinternal OR (tgparentid <> 0 AND tgconstraint = 0)
        UNION ALL
        SELECT ev_class, 'RULE', rulename, ev_enabled FROM pg_catalog.pg_rewrite WHERE rulename <> '_RETURN') f
  JOIN pg_catalog.pg_class c ON c.oid = f.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = ANY ($1::oid[]) AND f.enabled::text = ANY ($2::text[])
 ORDER BY c.oid, f.what, f.name`

const ENABLE: Readonly<Record<string, string>> = { O: 'ENABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' }

/**
 * Disables those user triggers and rules of tables that would fire under `held`; returns the statements that enable
 * them again just as they were. A rule would rewrite the INSERT, a trigger could write anywhere.
 */
export async function holdOffTriggers(
  main: TargetConnection,
  held: HoldOff,
  tableOids: readonly string[],
): Promise<string[]> {
  const firing = await main.rows(FIRING, [tableOids, held === 'replica' ? ['R', 'A'] : ['O', 'A']])
  const enable: string[] = []
  for (const row of firing) {
    await main.run(`${row.alter_table}DISABLE ${row.what}`, 'hold off triggers')
    enable.push(`${row.alter_table}${ENABLE[String(row.enabled)]} ${row.what}`)
  }
  return enable
}
