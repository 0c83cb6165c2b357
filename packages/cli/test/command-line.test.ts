import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, runDbsnap } from './run-dbsnap.ts'

const CANARY = 'canary-4711'
let url = ''
let place = ''
let client: pg.Client

beforeAll(async () => {
  url = await (await sharedPostgres()).createDatabase()
  place = await mkdtemp(join(tmpdir(), 'dbsnap-cli-test-'))
  client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`
    CREATE TABLE orders (id int PRIMARY KEY, status text, paid boolean);
    CREATE TABLE notes (what text);
    INSERT INTO orders SELECT i, 'new', i % 2 = 0 FROM generate_series(1, 100) i;
    INSERT INTO notes VALUES ('a'), ('a'), (E'tab\\there')`)
})
afterAll(async () => {
  await client.end()
  await rm(place, { recursive: true })
})

function dbsnap(args: readonly string[], variables: Record<string, string> = {}): Promise<Ended> {
  return runDbsnap(args, { DBSNAP_REPO: join(place, 'repository'), DBSNAP_PASSPHRASE: 'correct horse', ...variables })
}

const lines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('the command line', () => {
  it('tells the story: init, take, diff, restore, check, export', async () => {
    expect(await dbsnap(['init'])).toMatchObject({ code: 0 })
    const taken = await dbsnap(['take', url, '--tag', 'release=42', '--json'])
    expect(taken.code).toBe(0)
    const snapshot = JSON.parse(taken.out)
    expect(Object.keys(snapshot).sort()).toEqual(
      ['bytes', 'collections', 'consistency', 'id', 'records', 'seconds', 'source', 'storedBytes', 'warnings'].sort(),
    )
    expect(snapshot).toMatchObject({ records: 103, consistency: 'snapshot' })
    expect(await dbsnap(['diff', 'latest', url])).toMatchObject({ code: 0 })

    await client.query(`UPDATE orders SET status = 'paid' WHERE id = 7; DELETE FROM notes WHERE ctid = '(0,1)'`)
    const diff = await dbsnap(['diff', snapshot.id.slice(0, 6), url, '--json'])
    expect(diff.code).toBe(1)
    expect(lines(diff.out)).toEqual([
      {
        type: 'change',
        collection: 'public.notes',
        kind: 'removed',
        key: {},
        before: { what: 'a' },
        after: null,
        fields: [],
        count: 1,
      },
      {
        type: 'change',
        collection: 'public.orders',
        kind: 'changed',
        key: { id: 7 },
        before: { id: 7, status: 'new', paid: false },
        after: { id: 7, status: 'paid', paid: false },
        fields: ['status'],
      },
      {
        type: 'summary',
        collections: [
          { name: 'public.notes', added: 0, removed: 1, changed: 0, recordsBefore: 3, recordsAfter: 2 },
          { name: 'public.orders', added: 0, removed: 0, changed: 1, recordsBefore: 100, recordsAfter: 100 },
        ],
        schema: { added: 0, removed: 0, changed: 0 },
      },
    ])
    const text = await dbsnap(['diff', 'latest', url])
    expect(text.out).toContain('~ id=7\n    status  new → paid')
    expect(text.out).toContain('public.orders: 1 changed (100 → 100 records)')
    const limited = await dbsnap(['diff', 'latest', url, '--json', '--limit', '0'])
    expect(lines(limited.out).map(({ type }) => type)).toEqual(['summary'])

    const refused = await dbsnap(['restore', 'latest', '--to', url, '--mode', 'overwrite', '--json'])
    expect(refused).toMatchObject({ code: 5 })
    expect(JSON.parse(refused.out).error).toMatchObject({ code: 'CONFIRMATION_REQUIRED', retryable: false })
    const restored = await dbsnap(['restore', 'latest', '--to', url, '--mode', 'overwrite', '--yes'])
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('Restored and proven') })
    expect(await dbsnap(['diff', snapshot.id, url])).toMatchObject({ code: 0 })
    expect(await dbsnap(['check', '--read-data', '--json'])).toMatchObject({ code: 0 })

    const csv = await dbsnap(['export', snapshot.id, '--format', 'csv', '--include', 'notes'])
    expect(csv.out).toBe('what\r\na\r\na\r\ntab\there\r\n')
    const file = join(place, 'orders.ndjson')
    expect(
      await dbsnap(['export', snapshot.id, '--format', 'ndjson', '--include', 'orders', '--output', file]),
    ).toMatchObject({ code: 0 })
    expect(lines(await readFile(file, 'utf8'))).toHaveLength(100)
    expect(await dbsnap(['list'])).toMatchObject({ code: 0, out: expect.stringContaining('release=42') })
    expect(await dbsnap(['show', snapshot.id])).toMatchObject({
      code: 0,
      out: expect.stringContaining('public.orders'),
    })
  })

  const broken = new URL('postgres://someone:canary-4711@127.0.0.1:1/none').href
  it.each([
    ['a wrong passphrase', ['list'], { DBSNAP_PASSPHRASE: CANARY }, 4, 'WRONG_PASSPHRASE'],
    ['no repository', ['list'], { DBSNAP_REPO: '/nonexistent/place' }, 4, 'NOT_A_REPOSITORY'],
    ['an unknown snapshot', ['show', 'ffff'], {}, 2, 'UNKNOWN_SNAPSHOT'],
    ['nobody listening', ['take', broken], {}, 3, 'CONNECTION_FAILED'],
    ['no database URL', ['take', `oracle://root:${CANARY}@localhost/x`], {}, 2, 'INVALID_URL'],
    ['an unknown option', ['list', '--nonsense'], {}, 2, 'USAGE'],
    ['a repository that is there', ['init'], {}, 4, 'REPOSITORY_EXISTS'],
  ] as const)('%s ends with its exit code and a typed error', async (_, args, variables, code, name) => {
    const ended = await dbsnap([...args, '--json'], variables)
    expect(ended).toMatchObject({ code })
    expect(JSON.parse(ended.out).error.code).toBe(name)
    expect(ended.out + ended.messages).not.toContain(CANARY)
    const spoken = await dbsnap(args, variables)
    expect(spoken.out).toBe('')
    expect(spoken.messages).not.toContain(CANARY)
  })

  it('refuses what it cannot find or must not touch', async () => {
    expect(await dbsnap(['take', url, '--include', 'nothing'])).toMatchObject({ code: 2 })
    expect(await dbsnap(['restore', 'latest', '--to', url, '--yes'])).toMatchObject({ code: 5 })
    const unknown = new URL(url)
    unknown.pathname = '/absent'
    expect(await dbsnap(['take', unknown.href])).toMatchObject({ code: 3 })
  })
})
