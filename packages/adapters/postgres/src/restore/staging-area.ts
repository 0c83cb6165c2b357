import type { TargetConnection } from './target-connection.ts'

/**
 * Big tables are loaded beside, in a committed schema of this prefix that nobody uses, and moved to their place in the
 * final transaction. Sources leave schemas of this name out.
 */
export const STAGING_PREFIX = 'dbsnap_restore_'

/** The schema's comment begins so; a schema of that name without it is not ours and is left alone. */
const STAGING_COMMENT = 'DBSnap restore under way, begun '

/** First half of the advisory locks by which a living restore is known; "DBSr" in ASCII. The second half is of its name. */
const LOCK_CLASS = 0x44425372

/** The advisory lock of a staging schema: the last 31 bits of its name's random digits. */
function lockKey(schema: string): number {
  return Number.parseInt(schema.slice(-8), 16) & 0x7fffffff
}

/** A name for a new staging schema, of 8 random bytes. */
export function stagingName(random: Buffer): string {
  return STAGING_PREFIX + random.toString('hex', 0, 8)
}

/**
 * Makes a staging schema. `main`, whose transaction lasts as long as the restore, takes the lock first, so that there is no moment at
 * which the schema looks abandoned; `side` is within a transaction that its caller commits.
 */
export async function createStaging(
  main: TargetConnection,
  side: TargetConnection,
  schema: string,
  now: Date,
): Promise<void> {
  await main.rows('SELECT pg_advisory_xact_lock($1, $2)', [LOCK_CLASS, lockKey(schema)])
  await side.run(`CREATE SCHEMA ${schema}`, 'create a staging schema')
  await side.run(`COMMENT ON SCHEMA ${schema} IS '${STAGING_COMMENT}${now.toISOString()}'`, 'create a staging schema')
}

/**
 * Names of staging schemas whose restore is dead: it was killed, and the lock that its transaction held is free.
 * `main` holds their locks from then on, so that of two restores one sweeps. Only those that its user may drop.
 */
export async function abandonedStaging(main: TargetConnection): Promise<string[]> {
  const rows = await main.rows(
    `SELECT n.nspname AS name FROM pg_catalog.pg_namespace n
      WHERE n.nspname ~ $1 AND pg_catalog.obj_description(n.oid, 'pg_namespace') LIKE $2
        AND pg_catalog.pg_has_role(n.nspowner, 'USAGE')
      ORDER BY 1`,
    [`^${STAGING_PREFIX}[0-9a-f]{16}$`, `${STAGING_COMMENT}%`],
  )
  const abandoned: string[] = []
  for (const row of rows) {
    const name = String(row.name)
    const [lock] = await main.rows('SELECT pg_try_advisory_xact_lock($1, $2) AS free', [LOCK_CLASS, lockKey(name)])
    if (lock?.free === true) abandoned.push(name)
  }
  return abandoned
}

/** Drops a staging schema and all that is left in it. Nothing outside can rest on it: it is adopted and emptied at once. */
export async function dropStaging(side: TargetConnection, schema: string): Promise<void> {
  await side.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`, 'drop a staging schema')
}
