import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
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
