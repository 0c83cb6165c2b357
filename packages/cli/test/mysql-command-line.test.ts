import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canStartMysql, MYSQL_FLAVOURS, type MysqlServer, sharedMysql } from '@dbsnap/test-servers'
import mysql from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, errorOf, runDbsnap } from './run-dbsnap.ts'

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('the command line on %s', (flavour) => {
  let server: MysqlServer
  let url = ''
  let place = ''
  let client: mysql.Connection

  beforeAll(async () => {
    server = await sharedMysql(flavour)
    // Both schemes name the same family of servers.
    url = (await server.createDatabase()).replace('mysql://', `${flavour}://`)
    place = await mkdtemp(join(tmpdir(), 'dbsnap-cli-test-'))
    client = await mysql.createConnection({ uri: url.replace('mariadb://', 'mysql://'), multipleStatements: true })
    await client.query(`
      CREATE TABLE orders (id int PRIMARY KEY, status varchar(20), total decimal(10,2));
      CREATE TABLE notes (what text);
      INSERT INTO orders VALUES (1, 'new', 1.50), (2, 'it''s', NULL), (3, 'new', 0);
      INSERT INTO notes VALUES ('a'), ('a'), ('tab\\there')`)
  })
  afterAll(async () => {
    await client.end()
    await rm(place, { recursive: true })
  })

  const dbsnap = (args: readonly string[]): Promise<Ended> =>
    runDbsnap(args, { DBSNAP_REPO: join(place, 'repository'), DBSNAP_PASSPHRASE: 'correct horse' })

  it('tells the story: take, diff, restore, export', async () => {
    expect(await dbsnap(['init'])).toMatchObject({ code: 0 })
    const taken = await dbsnap(['take', url, '--json'])
    expect(taken).toMatchObject({ code: 0 })
    expect(JSON.parse(taken.out)).toMatchObject({ records: 6, consistency: 'snapshot', warnings: [] })
    expect(await dbsnap(['diff', 'latest', url])).toMatchObject({ code: 0 })

    await client.query(
      `UPDATE orders SET status = 'paid' WHERE id = 1; DELETE FROM notes WHERE what = 'a' LIMIT 1; ALTER TABLE orders ADD INDEX s (status)`,
    )
    const diff = await dbsnap(['diff', 'latest', url, '--json'])
    expect(diff.code).toBe(1)
    const found = diff.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(found).toMatchObject([
      { collection: 'notes', kind: 'removed', before: { what: 'a' }, count: 1 },
      {
        collection: 'orders',
        kind: 'changed',
        key: { id: 1 },
        fields: ['status'],
        after: { status: 'paid', total: '1.50' },
      },
      { type: 'schema', object: 'index', kind: 'added', name: 'orders.s' },
      { type: 'summary' },
    ])

    const plan = await dbsnap(['restore', 'latest', '--to', url, '--mode', 'overwrite', '--plan'])
    expect(plan.out).toContain('drop index orders.s')
    expect(plan.out).toContain('Not atomic')
    expect(await dbsnap(['restore', 'latest', '--to', url, '--mode', 'overwrite', '--yes'])).toMatchObject({ code: 0 })
    const after = await dbsnap(['diff', JSON.parse(taken.out).id, url])
    expect(after).toMatchObject({ code: 0 })

    const script = join(place, 'script.sql')
    expect(await dbsnap(['export', JSON.parse(taken.out).id, '--format', 'sql', '--output', script])).toMatchObject({
      code: 0,
    })
    expect(await readFile(script, 'utf8')).toContain(`('2','it''s',NULL)`)
    const empty = await server.createDatabase()
    expect(await dbsnap(['restore', JSON.parse(taken.out).id, '--to', empty, '--yes'])).toMatchObject({ code: 0 })
    expect(await dbsnap(['diff', url, empty])).toMatchObject({ code: 0 })
  })

  it('gives views the definer that is asked for', async () => {
    const source = await server.createDatabase()
    await client.query(`USE ${new URL(source).pathname.slice(1)}; CREATE TABLE t (id int PRIMARY KEY);
      CREATE DEFINER = 'gone'@'localhost' VIEW v AS SELECT id FROM t`)
    await dbsnap(['init'])
    await dbsnap(['take', source, '--source', 'views'])
    const [[me]] = await client.query<mysql.RowDataPacket[]>('SELECT CURRENT_USER() AS account')
    for (const [policy, definer] of [
      ['drop', me?.account],
      ['app@localhost', 'app@localhost'],
    ]) {
      const target = await server.createDatabase()
      const restored = await dbsnap(['restore', 'views:latest', '--to', target, '--definer', policy as string, '--yes'])
      expect(restored).toMatchObject({ code: 0 })
      const [[view]] = await client.query<mysql.RowDataPacket[]>(
        'SELECT definer AS definer FROM information_schema.views WHERE table_schema = ?',
        [new URL(target).pathname.slice(1)],
      )
      expect(view?.definer).toBe(definer)
    }
    const elsewhere = await dbsnap([
      'restore',
      'views:latest',
      '--to',
      'postgres://x@127.0.0.1:1/x',
      '--definer',
      'drop',
    ])
    expect(elsewhere).toMatchObject({ code: 2 })
  })

  it('says what is wrong with a URL or a log-in, and never what is secret', async () => {
    for (const [bad, code] of [
      [`mysql://root@127.0.0.1:${server.port}/`, 'INVALID_URL'],
      [`mysql://root@127.0.0.1:${server.port}/nowhere`, 'UNKNOWN_DATABASE'],
      [`mysql://root:canary-4711@127.0.0.1:${server.port}/mysql`, 'AUTHENTICATION_FAILED'],
      ['mysql://root:canary-4711@127.0.0.1:1/x', 'CONNECTION_FAILED'],
      [`mysql://root:canary-4711@127.0.0.1:${server.port}/x?sslmode=on`, 'INVALID_URL'],
      [`mysql://root:canary-4711@127.0.0.1:${server.port}/x?ssl-mode=perhaps`, 'INVALID_URL'],
    ]) {
      const ended = await dbsnap(['take', bad as string, '--json'])
      expect(errorOf(ended).code).toBe(code)
      expect(ended.out + ended.messages).not.toContain('canary-4711')
    }
  })
})
