import type { Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { compare, nothing } from './compare.ts'
import { testDatabase } from './test-database.ts'

/** A table with one record of `megabytes` between small ones, taken, changed at its end, compared and restored; whether all was equal. */
export async function largeRecord(repository: Repository, megabytes: number): Promise<boolean> {
  const half = megabytes * 250_000
  const database = await testDatabase(`CREATE TABLE t (id int PRIMARY KEY, v text, b bytea);
    INSERT INTO t VALUES (1, 'before'), (3, 'after');
    INSERT INTO t SELECT 2, repeat('0123456789', ${half / 5}), decode(repeat('5c0a', ${half / 2}), 'hex')`)
  const target = await testDatabase()
  const snapshot = await repository.take(postgres(database.url))
  await repository.restore(snapshot, postgres(target.url), { mode: 'create' })
  const restored = await compare(repository, snapshot, postgres(target.url))
  await target.sql(`UPDATE t SET v = v || 'x' WHERE id = 2`)
  const changed = await compare(repository, snapshot, postgres(target.url))
  await repository.restore(snapshot, postgres(target.url), { mode: 'overwrite', confirm: true, safety: false })
  const back = await compare(repository, snapshot, postgres(target.url))
  await Promise.all([database.close(), target.close()])
  const changedOne = { records: { 'public.t': [0, 0, 1] }, schema: [] }
  return JSON.stringify([restored, changed, back]) === JSON.stringify([nothing, changedOne, nothing])
}
