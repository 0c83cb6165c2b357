import { randomBytes } from 'node:crypto'
import { memory, Repository, type Warning } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS, type MysqlFlavour, sharedMysql, startMysql } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { mysql } from '../src/index.ts'
import { testDatabase } from './test-database.ts'

/** A user with these privileges on one database; resolves with the URL for it. */
async function userWith(flavour: MysqlFlavour, url: string, grants: string): Promise<string> {
  const server = await sharedMysql(flavour)
  const name = `u${randomBytes(4).toString('hex')}`
  const database = new URL(url).pathname.slice(1)
  const client = await driver.createConnection(server.url())
  await client.query(`CREATE USER ${name}@'%' IDENTIFIED BY 'secret'`)
  await client.query(`GRANT ${grants} ON ${database}.* TO ${name}@'%'`)
  await client.end()
  const full = new URL(url)
  full.username = name
  full.password = 'secret'
  return full.href
}

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('reading %s', (flavour) => {
  it('sees all tables at one moment under a load of transactions over two of them', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      'CREATE TABLE a (id int PRIMARY KEY, n int)',
      'CREATE TABLE b (id int PRIMARY KEY, n int)',
      'INSERT INTO a VALUES (1, 0)',
      'INSERT INTO b VALUES (1, 0)',
    )
    const writer = await driver.createConnection({ uri: database.url, multipleStatements: true })
    let stop = false
    const writing = (async () => {
      while (!stop) await writer.query('START TRANSACTION; UPDATE a SET n = n + 1; UPDATE b SET n = n + 1; COMMIT')
    })()
    for (let round = 0; round < 10; round++) {
      const point = await mysql(database.url).openReadPoint({ concurrency: 2, onWarning: () => {} })
      const [a, b] = await Promise.all(
        ['a', 'b'].map(async (name) => {
          let text = ''
          for await (const bytes of point.read(name)) text += bytes.toString()
          return text
        }),
      )
      expect(a).toBe(b)
      const lock = flavour === 'mysql' ? 'table locks' : 'global read lock'
      expect(point.facts.details).toMatchObject({ readLock: { lock, connections: 2 } })
      await point.close()
    }
    stop = true
    await writing
    await Promise.all([writer.end(), database.close()])
  })

  it('needs no more than SELECT, over one connection, and says so', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      'CREATE TABLE t (id int PRIMARY KEY)',
      'INSERT INTO t VALUES (1)',
      'CREATE TABLE old (id int PRIMARY KEY) ENGINE=MyISAM',
    )
    const url = await userWith(flavour, database.url, 'SELECT')
    const warnings: Warning[] = []
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(url), { onWarning: (warning) => warnings.push(warning) })
    expect(snapshot.records).toBe(1)
    expect(snapshot.source.details).toMatchObject({
      readLock: { lock: 'single connection', connections: 1 },
      notConsistent: ['old'],
    })
    expect(snapshot.collections.map(({ layout, consistency }) => [layout.name, consistency])).toEqual([
      ['old', 'collection'],
      ['t', 'snapshot'],
    ])
    expect(warnings.map(({ code }) => code)).toEqual(['NOT_CONSISTENT', 'SINGLE_CONNECTION'])
    expect(snapshot.warnings.find(({ code }) => code === 'NOT_CONSISTENT')?.message).toContain('old')
    await expect(repository.restore(snapshot, mysql(url), { mode: 'overwrite', confirm: true })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    await database.close()
  })

  it('never holds up a writer for longer than it may wait for the lock itself, beside a long query', async () => {
    const database = await testDatabase(flavour)
    await database.sql('CREATE TABLE t (id int PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2)')
    const [reader, writer] = [await driver.createConnection(database.url), await driver.createConnection(database.url)]
    const killer = await driver.createConnection(database.url)
    const long = reader.query('SELECT SLEEP(60) FROM t').catch(() => 'cancelled')
    let longest = 0
    let stop = false
    const writing = (async () => {
      while (!stop) {
        const begun = performance.now()
        await writer.query('INSERT INTO t VALUES (3)')
        await writer.query('DELETE FROM t WHERE id = 3')
        longest = Math.max(longest, performance.now() - begun)
      }
    })()
    const point = await mysql({ url: database.url, lockTimeoutSeconds: 2 }).openReadPoint({
      concurrency: 2,
      onWarning: () => {},
    })
    expect(point.facts.details).toMatchObject({ readLock: { connections: 2, lateTries: 0 } })
    stop = true
    await writing
    expect(longest).toBeLessThan(2500)
    await point.close()
    await killer.query(`KILL QUERY ${reader.threadId}`)
    expect(await long).toBeDefined()
    await Promise.all([reader.end(), writer.end(), killer.end(), database.close()])
  })

  it('reads over one connection where a transaction that has written does not end, and lets other writers through', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      'CREATE TABLE t (id int PRIMARY KEY)',
      'INSERT INTO t VALUES (1)',
      'START TRANSACTION',
      'INSERT INTO t VALUES (2)',
    )
    const writer = await driver.createConnection(database.url)
    let longest = 0
    let stop = false
    const writing = (async () => {
      while (!stop) {
        const begun = performance.now()
        await writer.query('INSERT INTO t VALUES (3)')
        await writer.query('DELETE FROM t WHERE id = 3')
        longest = Math.max(longest, performance.now() - begun)
      }
    })()
    const options = { url: database.url, lockTimeoutSeconds: 2 }
    const point = await mysql(options).openReadPoint({ concurrency: 2, onWarning: () => {} })
    stop = true
    await writing
    expect(longest).toBeLessThan(2500)
    if (flavour === 'mysql') {
      expect(point.facts.details).toMatchObject({
        readLock: { lock: 'single connection', connections: 1, lateTries: 3 },
      })
    }
    await point.close()
    await Promise.all([writer.end(), database.close()])
  })

  it('keeps a table from being altered while it is read, and waits for one that is locked no longer than it may', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      'CREATE TABLE t (id int PRIMARY KEY)',
      'INSERT INTO t VALUES (1)',
      'SET SESSION lock_wait_timeout = 1',
    )
    const point = await mysql(database.url).openReadPoint({ concurrency: 2, onWarning: () => {} })
    await expect(database.sql('ALTER TABLE t ADD COLUMN x int')).rejects.toThrow(/timeout/)
    await expect(database.sql('DROP TABLE t')).rejects.toThrow(/timeout/)
    await point.close()
    await database.sql('LOCK TABLES t WRITE')
    const opening = mysql({ url: database.url, lockTimeoutSeconds: 1 }).openReadPoint({
      concurrency: 1,
      onWarning: () => {},
    })
    await expect(opening).rejects.toMatchObject({ code: 'LOCK_TIMEOUT' })
    await database.sql('UNLOCK TABLES')
    await database.close()
  })

  it('gives the same bytes whatever the server is set to', async () => {
    const settings = {
      'sql-mode': 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,PIPES_AS_CONCAT',
      'default-time-zone': '+05:30',
      'character-set-server': 'latin1',
      'max-sort-length': '8',
    }
    await using server = await startMysql(flavour, { settings })
    const url = await server.createDatabase()
    const client = await driver.createConnection({ uri: url, charset: 'utf8mb4' })
    await client.query("SET SESSION sql_mode = '', time_zone = '+00:00'")
    await client.query(
      `CREATE TABLE t (id varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci PRIMARY KEY, c char(4), at timestamp NULL, s varchar(20) CHARACTER SET latin1, f float)`,
    )
    await client.query(
      `INSERT INTO t VALUES ('0123456789b', 'a', '2024-01-01 00:00:00', 'ä\\\\', 0.1), ('0123456789a', 'b', NULL, '€', NULL)`,
    )
    await client.end()
    const point = await mysql(url).openReadPoint({ concurrency: 2, onWarning: () => {} })
    let text = ''
    for await (const bytes of point.read('t')) text += bytes.toString()
    expect(text).toBe('0123456789a\tb\t\\N\t€\t\\N\n0123456789b\ta\t2024-01-01 00:00:00\tä\\\\\t0.10000000149011612\n')
    await point.close()
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(url))
    await repository.restore(snapshot, mysql(await server.createDatabase()), { mode: 'create' })
  })

  it('reads and restores a record of 40 MB, and one column alone that may be empty', async () => {
    const [database, target] = [await testDatabase(flavour), await testDatabase(flavour)]
    await database.sql(
      'CREATE TABLE large (id int PRIMARY KEY, v longtext, b longblob)',
      `INSERT INTO large VALUES (1, 'before', NULL), (3, '', '')`,
      `INSERT INTO large SELECT 2, REPEAT('0123456789', 2000000), REPEAT(x'5c0a0009ff', 4000000)`,
      'CREATE TABLE one (v varchar(10))',
      `INSERT INTO one VALUES (''), (NULL), ('x'), ('')`,
    )
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(database.url))
    for (const loadData of [true, false]) {
      const { proof } = await repository.restore(snapshot, mysql({ url: target.url, loadData }), { mode: 'create' })
      expect(proof.collections.map(({ added, removed, changed }) => added + removed + changed)).toEqual([0, 0])
      await target.sql('DROP TABLE large', 'DROP TABLE one')
    }
    await Promise.all([database.close(), target.close()])
  })

  it('fails by name where a text has no counterpart in UTF-8, and where its connection is ended', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      'CREATE TABLE old (id int PRIMARY KEY, v varchar(20) CHARACTER SET sjis)',
      `INSERT INTO old VALUES (1, _sjis x'93FA967B')`,
      'CREATE TABLE filled (id int PRIMARY KEY, v longtext)',
      `INSERT INTO filled VALUES (1, REPEAT('x', 20000000)), (2, REPEAT('x', 20000000))`,
    )
    const repository = await Repository.create(memory(), { unencrypted: true })
    await repository.take(mysql(database.url), { include: ['old'] })
    await database.sql(`UPDATE old SET v = _sjis x'815F'`)
    const [same] = await database.sql(
      'SELECT HEX(CONVERT(CONVERT(v USING utf8mb4) USING sjis)) = HEX(v) AS same FROM old',
    )
    const taking = repository.take(mysql(database.url), { include: ['old'] })
    if (same?.same === '1') await taking
    else await expect(taking).rejects.toMatchObject({ code: 'SOURCE_FAILED', data: { table: 'old', column: 'v' } })

    const point = await mysql(database.url).openReadPoint({ concurrency: 1, onWarning: () => {} })
    const reading = (async () => {
      for await (const _ of point.read('filled')) {
        const own = `SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()`
        for (const { id } of await database.sql(own)) await database.sql(`KILL ${id}`).catch(() => {})
      }
    })()
    await expect(reading).rejects.toMatchObject({ code: 'CONNECTION_FAILED', retryable: true })
    await point.close()
    await database.close()
  })

  it('fails by name where a column of ascii holds other bytes, which MariaDB allows', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      'CREATE TABLE t (v varchar(9) CHARACTER SET ascii)',
      `SET SESSION sql_mode = ''`,
      `INSERT IGNORE INTO t VALUES (x'41FF42')`,
    )
    const isStored = (await database.sql('SELECT HEX(v) AS bytes FROM t'))[0]?.bytes === '41FF42'
    const repository = await Repository.create(memory(), { unencrypted: true })
    const taking = repository.take(mysql(database.url))
    if (isStored)
      await expect(taking).rejects.toMatchObject({ code: 'SOURCE_FAILED', data: { table: 't', column: 'v' } })
    else await taking
    await database.close()
  })

  it('encrypts the connection as it is told to', async () => {
    const server = await sharedMysql(flavour)
    const database = await testDatabase(flavour)
    const open = (sslMode: 'disabled' | 'required' | 'verify-identity') =>
      mysql({ url: database.url, sslMode }).openReadPoint({ concurrency: 1, onWarning: () => {} })
    await (await open('disabled')).close()
    if (flavour === 'mysql') {
      await (await open('required')).close()
      await expect(open('verify-identity')).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
    } else await expect(open('required')).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
    const bySocket = mysql(
      `mysql://root@localhost/${new URL(database.url).pathname.slice(1)}?socket=${server.socket ?? ''}`,
    )
    if (server.socket !== undefined)
      await (await bySocket.openReadPoint({ concurrency: 1, onWarning: () => {} })).close()
    await database.close()
  })
})
