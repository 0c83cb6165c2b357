import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badInputs } from './bad-inputs.ts'
import { filesOf } from './files-of.ts'
import { type Ended, errorOf, runDbsnap } from './run-dbsnap.ts'

const PASSWORD = 'canary-password'
const RECORD = 'canary-record'

let server: PostgresServer
let url = ''
let place = ''
let client: pg.Client

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'dbsnap-bad-input-'))
  server = await startPostgres({ password: PASSWORD })
  url = await server.createDatabase('shop')
  client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE TABLE secret (id int PRIMARY KEY, note text);
    INSERT INTO orders SELECT i, '${RECORD}' || i FROM generate_series(1, 50) i; INSERT INTO secret SELECT * FROM orders;
    CREATE ROLE stranger LOGIN PASSWORD '${PASSWORD}'; GRANT SELECT ON orders TO stranger;
    CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'; GRANT SELECT ON orders, secret TO reader`)
  await dbsnap('init', '--unencrypted')
  for (let i = 0; i < 20; i++) await dbsnap('take', url, '--include', 'orders')
})
afterAll(async () => {
  await client.end()
  await server.stop()
  await rm(place, { recursive: true })
})

/** Unencrypted, because deriving a key takes longer than all else here. */
function dbsnap(...args: string[]): Promise<Ended> {
  return runDbsnap([...args, '--json'], { DBSNAP_REPO: join(place, 'repository') })
}

describe('the command line meets', () => {
  it('every bad input with one typed error and its exit code, and nothing is lost or told', async () => {
    const before = await filesOf(join(place, 'repository'))
    for (const { what, args, exit, code, names } of badInputs(
      (parts) => Object.assign(new URL(url), parts).href,
      PASSWORD,
    )) {
      const ended = await dbsnap(...args)
      expect(ended, what).toMatchObject({ code: exit })
      expect(errorOf(ended), what).toMatchObject({ code, message: expect.stringContaining(names) })
      expect(errorOf(ended).hint, what).not.toBe('')
      const spoken = await runDbsnap(args, { DBSNAP_REPO: join(place, 'repository') })
      expect(spoken.code, what).toBe(exit)
      for (const text of [ended.out, ended.messages, spoken.out, spoken.messages]) {
        expect(text, what).not.toContain(PASSWORD)
        expect(text, what).not.toContain(RECORD)
      }
      expect(await filesOf(join(place, 'repository')), what).toEqual(before)
    }
  })

  it('a prefix that fits several snapshots', async () => {
    const ids: string[] = JSON.parse((await dbsnap('list')).out).map(({ id }: { id: string }) => id)
    const shared = ids.map((id) => id.slice(0, 1)).find((digit, i, all) => all.indexOf(digit) < i) as string
    const ended = await dbsnap('show', shared)
    expect(ended.code).toBe(2)
    expect(errorOf(ended)).toMatchObject({ code: 'AMBIGUOUS_SNAPSHOT' })
  })
})
