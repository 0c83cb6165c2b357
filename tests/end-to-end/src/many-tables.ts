import { performance } from 'node:perf_hooks'
import type { Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { compare, nothing } from './compare.ts'
import { type TestDatabaseOptions, testDatabase } from './test-database.ts'

export interface ManyTablesResult {
  readonly tables: number
  readonly seconds: { readonly take: number; readonly again: number; readonly diff: number; readonly restore: number }
  /** Whether a diff of the snapshot and what was restored found nothing. */
  readonly equal: boolean
}

/**
 * `count` tiny tables with a key and a sequence of their own, taken twice, compared and restored. A take of 10 000 needs nothing of
 * a server but its default settings. A restore makes all in one transaction, and a server keeps five locks for each
 * table: from about 2 000 tables on it needs a `server` with a higher `max_locks_per_transaction` (1000 is enough for 10 000).
 */
export async function manyTables(
  repository: Repository,
  count: number,
  options: TestDatabaseOptions = {},
): Promise<ManyTablesResult> {
  const database = await testDatabase('', options)
  // A transaction holds a lock for each of the tables it makes, and the server has room for a few thousand.
  for (let from = 1; from <= count; from += 500) {
    await database.sql(`DO $$ BEGIN FOR i IN ${from}..${Math.min(from + 499, count)} LOOP
      EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, v text)', i); EXECUTE format('INSERT INTO t%s (v) VALUES (%L)', i, i);
      END LOOP; END $$`)
  }
  const target = await testDatabase('', options)
  const seconds = { take: 0, again: 0, diff: 0, restore: 0 }
  const timed = async <T>(what: keyof typeof seconds, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now()
    const result = await work()
    seconds[what] = Math.round(performance.now() - begun) / 1000
    return result
  }
  const snapshot = await timed('take', () => repository.take(postgres(database.url)))
  const again = await timed('again', () => repository.take(postgres(database.url)))
  const same = await timed('diff', () => compare(repository, snapshot, again))
  await timed('restore', () => repository.restore(snapshot, postgres(target.url), { mode: 'create' }))
  const restored = await compare(repository, snapshot, postgres(target.url))
  await Promise.all([database.close(), target.close()])
  const equal = [same, restored].every((found) => JSON.stringify(found) === JSON.stringify(nothing))
  return { tables: snapshot.collections.length, seconds, equal }
}
