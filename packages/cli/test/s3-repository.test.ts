import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type FaultProxy,
  type S3Server,
  s3Unavailable,
  sharedPostgres,
  startFaultProxy,
  startS3,
} from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Ended, errorOf, runDbsnap } from './run-dbsnap.ts'

describe.skipIf(await s3Unavailable())('the command line on a repository in a bucket, over a bad network', () => {
  let server: S3Server
  let proxy: FaultProxy
  let repo = ''
  let url = ''
  let emptyUrl = ''
  let cache = ''
  let client: pg.Client

  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'dbsnap-cache-'))
    server = await startS3()
    proxy = await startFaultProxy(server.endpoint, [
      { fault: 'lost-reply', every: 5, method: 'PUT' },
      { fault: 'cut-body', every: 3 },
      { fault: 'slow-down', every: 11 },
      { fault: 'delay', every: 13 },
    ])
    repo = `s3://${await server.bucket()}/shop?endpoint=${proxy.endpoint}`
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey)
    const postgres = await sharedPostgres()
    url = await postgres.createDatabase()
    emptyUrl = await postgres.createDatabase()
    client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(`
      CREATE TABLE orders (id int PRIMARY KEY, status text, total numeric);
      CREATE TABLE notes (id int PRIMARY KEY, what text);
      INSERT INTO orders SELECT i, 'status ' || md5(i::text), i / 7.0 FROM generate_series(1, 50000) i;
      INSERT INTO notes VALUES (1, 'a'), (2, 'b')`)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await client.end()
    await proxy.stop()
    await server.stop()
    await rm(cache, { recursive: true })
  })

  const dbsnap = (args: readonly string[]): Promise<Ended> =>
    runDbsnap(args, { DBSNAP_REPO: repo, DBSNAP_PASSPHRASE: 'correct horse', XDG_CACHE_HOME: cache })

  it('takes, compares, restores one table and checks', async () => {
    expect(await dbsnap(['init'])).toMatchObject({ code: 0 })
    expect(await dbsnap(['init', '--json'])).toMatchObject({
      code: expect.any(Number),
      out: expect.stringContaining('REPOSITORY_EXISTS'),
    })
    expect(JSON.parse((await dbsnap(['take', url, '--json'])).out)).toMatchObject({ records: 50_002, warnings: [] })
    expect(await dbsnap(['diff', 'latest', url])).toMatchObject({ code: 0 })
    await client.query(`UPDATE orders SET status = 'changed' WHERE id % 10000 = 0; DELETE FROM notes WHERE id = 1`)
    const diff = await dbsnap(['diff', 'latest', url, '--json'])
    expect(diff.code).toBe(1)
    expect(diff.out.match(/"kind":"changed"/g)).toHaveLength(5)
    expect(JSON.parse((await dbsnap(['take', url, '--json'])).out)).toMatchObject({ records: 50_001 })
    const restored = await dbsnap(['restore', 'latest~1', '--to', emptyUrl, '--include', 'orders', '--yes'])
    expect(restored).toMatchObject({ code: 0 })
    expect(await dbsnap(['diff', 'latest~1', emptyUrl, '--include', 'orders'])).toMatchObject({ code: 0 })
    const checked = await dbsnap(['check', '--read-data', '--json'])
    expect(JSON.parse(checked.out)).toMatchObject({ sound: true, snapshots: 2 })
    for (const fault of ['lost-reply', 'cut-body', 'slow-down', 'delay'] as const) {
      expect(proxy.fired[fault], fault).toBeGreaterThan(0)
    }
  }, 180_000) // most of it pauses that a refusal asks for

  it('keeps copies in the usual place, unless told not to', async () => {
    const kept = async () => (await readdir(cache, { recursive: true })).filter((name) => /[0-9a-f]{32}/.test(name))
    expect((await kept()).every((name) => name.startsWith(join('dbsnap', 'dbsnap-copies')))).toBe(true)
    expect((await kept()).length).toBeGreaterThan(3)
    await rm(cache, { recursive: true })
    expect(await dbsnap(['diff', 'latest~1', 'latest', '--no-cache'])).toMatchObject({ code: 1 })
    await expect(readdir(cache)).rejects.toThrow('ENOENT')
    expect(await dbsnap(['diff', 'latest~1', 'latest'])).toMatchObject({ code: 1 })
    expect((await kept()).length).toBeGreaterThan(3)
  })

  it('says what is wrong, without a secret', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'canary-secret')
    const denied = await dbsnap(['list', '--json'])
    expect(errorOf(denied)).toMatchObject({ code: 'STORE_DENIED' })
    expect(denied.out + denied.messages).not.toContain('canary')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey)
    repo = `s3://no-such-bucket/?endpoint=${server.endpoint}`
    expect(errorOf(await dbsnap(['take', url, '--json']))).toMatchObject({
      code: expect.stringMatching(/^STORE_FAILED|NOT_A_REPOSITORY$/),
    })
  })
})
