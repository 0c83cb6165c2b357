import { once } from 'node:events'
import type { Repository, Snapshot } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import copyStreams from 'pg-copy-streams'
import { expect } from 'vitest'
import { compare, nothing } from './compare.ts'
import { type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts'

const PRINTED_ALIKE = `SET client_encoding = SQL_ASCII; SET quote_all_identifiers = off; SET extra_float_digits = 1;
  SET lc_monetary = 'C'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'`

/** Records of every table as the server's own COPY writes them, sorted: the judge that knows nothing of DBSnap. */
export async function allRecords(database: TestDatabase): Promise<Record<string, string[]>> {
  const client = await database.connect()
  await client.query(PRINTED_ALIKE)
  const tables = await client.query<{ name: string; columns: string }>(`
    SELECT format('%I.%I', nspname, relname) AS name, (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
      FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`)
  const records: Record<string, string[]> = {}
  for (const { name, columns } of tables.rows) {
    const stream = client.query(copyStreams.to(`COPY (SELECT ${columns ?? ''} FROM ONLY ${name}) TO STDOUT`))
    const parts: Buffer[] = []
    stream.on('data', (part) => parts.push(part))
    await once(stream, 'end')
    records[name] = Buffer.concat(parts).toString('latin1').split('\n').sort()
  }
  return records
}

export interface RoundTrip {
  readonly snapshot: Snapshot
  readonly target: TestDatabase
}

/**
 * Takes a snapshot, restores it into an empty database, and demands that both are the same, by diff and by COPY. The
 * caller closes the target.
 */
export async function roundTrip(
  repository: Repository,
  database: TestDatabase,
  options: TestDatabaseOptions = {},
): Promise<RoundTrip> {
  const snapshot = await repository.take(postgres(database.url))
  expect(await compare(repository, snapshot, postgres(database.url))).toEqual(nothing)
  const target = await testDatabase('', options)
  const warnings: string[] = []
  await repository.restore(snapshot, postgres(target.url), {
    mode: 'create',
    onWarning: ({ message }) => warnings.push(message),
  })
  expect(warnings).toEqual([])
  expect(await compare(repository, snapshot, postgres(target.url))).toEqual(nothing)
  expect(await allRecords(target)).toEqual(await allRecords(database))
  return { snapshot, target }
}

/** Overwrites `target` with a snapshot and demands that nothing differs afterwards. */
export async function overwrite(repository: Repository, { snapshot, target }: RoundTrip): Promise<void> {
  await repository.restore(snapshot, postgres(target.url), { mode: 'overwrite', confirm: true, safety: false })
  expect(await compare(repository, snapshot, postgres(target.url))).toEqual(nothing)
}
