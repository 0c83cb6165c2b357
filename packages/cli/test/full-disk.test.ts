import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, expect, it } from 'vitest'
import { errorOf, runDbsnap } from './run-dbsnap.ts'

/** A file system of 8 MB; undefined where this user may mount none. */
function smallDisk(): string | undefined {
  const place = mkdtempSync(join(tmpdir(), 'dbsnap-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', place], { stdio: 'ignore' })
    return place
  } catch {
    rmSync(place, { recursive: true })
    return undefined
  }
}

const disk = smallDisk()
afterAll(() => {
  if (disk === undefined) return
  execFileSync('umount', [disk])
  rmSync(disk, { recursive: true })
})

it.skipIf(disk === undefined)('a full disk loses nothing, and with room again all goes on', async () => {
  const place = disk as string
  const variables = { DBSNAP_REPO: join(place, 'repository') }
  const url = await (await sharedPostgres()).createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const fill = (rows: number): string =>
    `INSERT INTO t SELECT i, encode(sha512(i::text::bytea) || sha512((-i)::text::bytea), 'hex') FROM generate_series(1, ${rows}) i`
  await client.query(`CREATE TABLE t (id int PRIMARY KEY, v text); ${fill(1000)}`)
  await runDbsnap(['init', '--unencrypted'], variables)
  expect(await runDbsnap(['take', url], variables)).toMatchObject({ code: 0 })

  await writeFile(join(place, 'ballast'), Buffer.alloc(4_000_000))
  await client.query(`DELETE FROM t; ${fill(40_000)}`)
  const full = await runDbsnap(['take', url, '--json'], variables)
  expect(full.code).toBe(4)
  expect(errorOf(full)).toMatchObject({ code: 'STORE_FULL' })
  expect(JSON.parse((await runDbsnap(['list', '--json'], variables)).out)).toHaveLength(1)
  expect(await runDbsnap(['check', '--read-data'], variables)).toMatchObject({ code: 0 })
  const output = join(place, 'output.sql')
  await writeFile(join(place, 'more-ballast'), Buffer.alloc(10_000_000)).catch(() => {})
  expect(await runDbsnap(['export', 'latest', '--format', 'sql', '--output', output], variables)).toMatchObject({
    code: 2,
  })

  await Promise.all(['ballast', 'more-ballast'].map((name) => rm(join(place, name))))
  await client.query('DELETE FROM t WHERE id > 20000')
  expect(await runDbsnap(['take', url], variables)).toMatchObject({ code: 0 })
  expect(await runDbsnap(['diff', 'latest', url], variables)).toMatchObject({ code: 0 })
  expect(await runDbsnap(['check', '--read-data'], variables)).toMatchObject({ code: 0 })
  await client.end()
})
