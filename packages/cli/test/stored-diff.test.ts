import { mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ended, errorOf, runDbsnap } from './run-dbsnap.ts'

let place = ''
let url = ''
let client: pg.Client

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'dbsnap-stored-diff-'))
  url = await (await sharedPostgres()).createDatabase()
  client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE TABLE orders (id int PRIMARY KEY, note text);
    INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 500) i`)
  await dbsnap('init', '--unencrypted')
  await dbsnap('take', url, '--source', 'shop')
  await client.query(`UPDATE orders SET note = 'changed' WHERE id < 4; DELETE FROM orders WHERE id = 9`)
})
afterAll(async () => {
  await client.end()
  await rm(place, { recursive: true })
})

/** Unencrypted: deriving a key takes longer than all else here. */
function dbsnap(...args: string[]): Promise<Ended> {
  return runDbsnap(args, { DBSNAP_REPO: place })
}

it('a stored diff is shown when the database has moved on, as it was', async () => {
  expect((await dbsnap('stored-diff', 'list')).out).toContain('No diff is stored')
  const shown = await dbsnap('diff', 'latest', url)
  const lines = await dbsnap('diff', 'latest', url, '--json')
  const stored = await dbsnap('diff', 'latest', url, '--store')
  expect(stored.code).toBe(1)
  const id = /^0 added, 1 removed, 3 changed; schema: 0 changes. Stored as ([0-9a-f]{8}): 4 differences.\n$/.exec(
    stored.out,
  )?.[1] as string
  await client.query('DELETE FROM orders')
  expect(await dbsnap('stored-diff', 'show', id)).toEqual(shown)
  expect(await dbsnap('stored-diff', 'show', id, '--json')).toEqual(lines)
  expect((await dbsnap('stored-diff', 'show', id, '--summary')).out).not.toContain('changed\n')
  const table = (await dbsnap('stored-diff', 'list')).out
  expect(table).toMatch(/DIFF +TIME \(UTC\) +FROM +TO +ADDED +REMOVED +CHANGED +SCHEMA\n/)
  expect(table).toMatch(new RegExp(`^${id} .* shop [0-9a-f]{8} .* \\(live\\) +0 +1 +3 +0$`, 'm'))
  const [listed] = JSON.parse((await dbsnap('stored-diff', 'list', '--json')).out)
  expect(listed).toMatchObject({ left: { source: { label: 'shop' } }, counts: { removed: 1 }, differences: 5 })
  expect(listed.left.snapshot).toMatch(/^[0-9a-f]{32}$/)
  expect(listed.right.snapshot).toBeUndefined()
  expect((await dbsnap('check', '--read-data')).code).toBe(0)
  const forgotten = await dbsnap('stored-diff', 'forget', id, '--json')
  expect(JSON.parse(forgotten.out)).toEqual({ forgotten: listed.id })
  expect(errorOf(await dbsnap('stored-diff', 'show', id, '--json')).code).toBe('UNKNOWN_DIFF')
})

it('a stored diff of nothing ends with 0, and a damaged one can be forgotten', async () => {
  const same = await dbsnap('diff', 'latest', 'latest', '--store', '--json')
  expect(same.code).toBe(0)
  const { id, differences } = JSON.parse(same.out)
  expect(differences).toBe(1)
  expect((await dbsnap('stored-diff', 'show', id)).code).toBe(0)
  await truncate(join(place, 'diffs', id), 60)
  expect(await dbsnap('check')).toMatchObject({ code: 1, out: expect.stringContaining(`diffs/${id}`) })
  expect(errorOf(await dbsnap('stored-diff', 'list', '--json')).code).toBe('DAMAGED')
  expect((await dbsnap('stored-diff', 'forget', id)).out).toBe(`Forgot stored diff ${id.slice(0, 8)}.\n`)
  expect((await dbsnap('check')).code).toBe(0)
  await dbsnap('diff', 'latest', 'latest', '--store')
  await rm(join(place, 'packs'), { recursive: true })
  expect((await dbsnap('check')).out).toMatch(/broken stored diff [0-9a-f]{8}: 1 of its 1 pages are lost\n/)
})
