import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, errorOf, runDbsnap } from './run-dbsnap.ts'

let place = ''
let url = ''

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'dbsnap-maintenance-'))
  url = await (await sharedPostgres()).createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE TABLE orders (id int PRIMARY KEY, note text);
    INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 500) i`)
  await dbsnap(['init'])
  await dbsnap(['take', url])
  await client.query(`UPDATE orders SET note = 'changed' WHERE id = 7`)
  await dbsnap(['take', url])
  await client.end()
})
afterAll(() => rm(place, { recursive: true }))

function dbsnap(args: readonly string[], variables: Record<string, string> = {}): Promise<Ended> {
  return runDbsnap(args, { DBSNAP_REPO: join(place, 'one'), DBSNAP_PASSPHRASE: 'correct horse', ...variables })
}

describe('copy', () => {
  it('fills another repository, with another passphrase, and stores nothing twice', async () => {
    const two = join(place, 'two')
    const other = { DBSNAP_REPO: two, DBSNAP_PASSPHRASE: 'battery staple' }
    await dbsnap(['init'], other)
    expect(errorOf(await dbsnap(['copy', two, '--json'], { DBSNAP_TO_PASSPHRASE: 'wrong' })).code).toBe(
      'WRONG_PASSPHRASE',
    )
    const some = await dbsnap(['copy', two, 'latest~1', '--json'], { DBSNAP_TO_PASSPHRASE: 'battery staple' })
    expect(some.code).toBe(0)
    expect(JSON.parse(some.out).copied).toMatchObject([{ existed: false, collectionsRead: 1 }])
    const secret = join(place, 'secret')
    await writeFile(secret, 'battery staple\n')
    const rest = await dbsnap(['copy', two, '--to-passphrase-file', secret])
    expect(rest).toMatchObject({ code: 0, out: expect.stringMatching(/→[\s\S]*1 snapshot copied, .*; 1 were there/) })
    const again = await dbsnap(['copy', two, '--json', '--to-passphrase-file', secret])
    expect(JSON.parse(again.out).copied).toMatchObject([{ existed: true }, { existed: true, storedBytes: 0 }])
    const diff = (variables: Record<string, string> = {}) => dbsnap(['diff', 'latest~1', 'latest', '--json'], variables)
    expect(await diff(other)).toEqual(await diff())
    expect((await dbsnap(['check', '--read-data'], other)).code).toBe(0)
    expect(await readdir(join(two, 'writers'))).toEqual([])
  })
})

describe('check', () => {
  it('writes a lost index anew, and then finds all', async () => {
    const repo = join(place, 'without-index')
    await cp(join(place, 'one'), repo, { recursive: true })
    await rm(join(repo, 'index'), { recursive: true })
    const here = { DBSNAP_REPO: repo }
    expect((await dbsnap(['check'], here)).code).toBe(1)
    const repaired = await dbsnap(['check', '--repair-index', '--read-data'], here)
    expect(repaired).toMatchObject({ code: 0, out: expect.stringMatching(/written anew from 2 packs/) })
    const json = await dbsnap(['check', '--repair-index', '--json'], here)
    expect(JSON.parse(json.out)).toMatchObject({ sound: true, repaired: { packs: 2, damagedPacks: [] } })
  })

  it('says how many records of which table are lost', async () => {
    const repo = join(place, 'without-packs')
    await cp(join(place, 'one'), repo, { recursive: true })
    await rm(join(repo, 'packs'), { recursive: true })
    const here = { DBSNAP_REPO: repo }
    const spoken = await dbsnap(['check'], here)
    expect(spoken).toMatchObject({ code: 1, out: expect.stringContaining('public.orders: 500 of 500 records lost') })
    const { brokenSnapshots } = JSON.parse((await dbsnap(['check', '--json'], here)).out)
    expect(brokenSnapshots).toHaveLength(2)
    expect(brokenSnapshots[0].lost).toEqual([{ collection: 'public.orders', records: 500, lostRecords: 500 }])
  })
})

describe('stats', () => {
  it('says where the bytes are', async () => {
    const stats = JSON.parse((await dbsnap(['stats', '--json'])).out)
    expect(stats).toMatchObject({ packs: { files: 2 }, manifests: { files: 2 }, sources: [{ snapshots: 2 }] })
    expect(stats.snapshots[0].newBytes).toBeLessThan(stats.snapshots[1].newBytes)
    const spoken = await dbsnap(['stats'])
    expect(spoken).toMatchObject({ code: 0, out: expect.stringMatching(/SNAPSHOT[\s\S]*chunk[\s\S]*2 packs/) })
    expect(errorOf(await dbsnap(['stats', '--json'], { DBSNAP_PASSPHRASE: 'wrong' })).code).toBe('WRONG_PASSPHRASE')
  })
})
