import { memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS, startMysql } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { mysql } from '../src/index.ts'
import { testDatabase } from './test-database.ts'

const OVERWRITE = { mode: 'overwrite', confirm: true, safety: false } as const

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('differences of large records in %s', (flavour) => {
  it('go to the very rows where values are more than half a packet and there is no key', async () => {
    await using server = await startMysql(flavour, { settings: { 'max-allowed-packet': '16M', 'local-infile': '1' } })
    const url = await server.createDatabase()
    const client = await driver.createConnection(url)
    const large = (letter: string) => client.query('INSERT INTO t VALUES (1, ?)', [letter.repeat(9_000_000)])
    await client.query('CREATE TABLE t (n int, v longblob)')
    await client.query('INSERT INTO t VALUES (1, NULL)')
    await large('a')
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(url))
    await large('b')
    await client.query('INSERT INTO t VALUES (1, NULL)')
    await repository.restore(snapshot, mysql(url), OVERWRITE)
    const [rows] = await client.query(
      'SELECT LENGTH(v) AS length, CAST(LEFT(v, 1) AS CHAR) AS first FROM t ORDER BY LENGTH(v)',
    )
    expect(rows).toEqual([
      { length: null, first: null },
      { length: 9_000_000, first: 'a' },
    ])
    await client.end()
  })

  it('are written where a row is as wide as a table may have it', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      'CREATE TABLE t (id int PRIMARY KEY, a varchar(16370), n int) CHARACTER SET utf8mb4',
      `INSERT INTO t VALUES (1, 'x', 1)`,
    )
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(database.url))
    await database.sql('UPDATE t SET n = 2')
    await repository.restore(snapshot, mysql(database.url), OVERWRITE)
    expect(await database.sql('SELECT * FROM t')).toEqual([{ id: '1', a: 'x', n: '1' }])
    await database.close()
  })
})
