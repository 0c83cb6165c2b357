import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, errorOf, runDbsnap } from './run-dbsnap.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

let url = ''
let place = ''
let client: pg.Client
let variables: Record<string, string> = {}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'dbsnap-interrupted-'))
  variables = { DBSNAP_REPO: join(place, 'repository') }
  url = await (await sharedPostgres()).createDatabase()
  client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE TABLE big (id int PRIMARY KEY, filler text);
    INSERT INTO big SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 30000) i`)
  await runDbsnap(['init', '--unencrypted'], variables)
  await runDbsnap(['take', url], variables)
  await client.query(`UPDATE big SET filler = repeat(md5(id || 'x'), 20)`)
})
afterAll(async () => {
  await client.end()
  await rm(place, { recursive: true })
})

/** A process of its own, so that a real signal reaches it. */
function start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--conditions=dbsnap:source', '--no-warnings', MAIN, ...args], {
    env: { ...process.env, ...variables },
  })
  let out = ''
  let messages = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  child.stderr.on('data', (text) => {
    messages += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code, out, messages }))
  return { child, ended }
}

/** Resolves when DBSnap runs a statement like this in the database. */
async function untilRunning(pattern: string): Promise<void> {
  const running = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dbsnap'
    AND state = 'active' AND query LIKE $1`
  while ((await client.query(running, [pattern])).rowCount === 0) await client.query('SELECT pg_sleep(0.01)')
}

/** Resolves when none of DBSnap's connections is left. */
async function untilGone(): Promise<void> {
  const there = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dbsnap'`
  while ((await client.query(there)).rowCount !== 0) await client.query('SELECT pg_sleep(0.01)')
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('during a take ends it with 130, and the repository is as good as before', async () => {
    // 20 MB at 1 MB a second: it is reading when the signal comes.
    const { child, ended } = start(['take', url, '--max-rate', '1', '--json'])
    await untilRunning('COPY%')
    child.kill(signal)
    const end = await ended
    expect(end.code).toBe(130)
    expect(errorOf(end)).toMatchObject({ code: 'INTERRUPTED', retryable: true })
    await untilGone()
    expect(JSON.parse((await runDbsnap(['list', '--json'], variables)).out)).toHaveLength(1)
    expect(await runDbsnap(['check', '--read-data'], variables)).toMatchObject({ code: 0 })
  })

  it('during a restore ends it with 130, and the target is as before', async () => {
    const blocker = new pg.Client({ connectionString: url })
    await blocker.connect()
    await blocker.query('BEGIN; LOCK TABLE big IN ROW EXCLUSIVE MODE')
    const { child, ended } = start(['restore', 'latest', '--to', url, '--mode', 'overwrite', '--yes', '--json'])
    await untilRunning('LOCK TABLE%')
    child.kill(signal)
    expect((await ended).code).toBe(130)
    await blocker.end()
    await untilGone()
    expect((await client.query(`SELECT 1 FROM big WHERE filler <> repeat(md5(id || 'x'), 20)`)).rowCount).toBe(0)
  })
})
