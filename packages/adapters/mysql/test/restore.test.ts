import { type DiffSummary, memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS, type MysqlFlavour } from '@dbsnap/test-servers'
import { describe, expect, it } from 'vitest'
import { MysqlConnection } from '../src/connection/mysql-connection.ts'
import { pinSettings } from '../src/connection/pinned-settings.ts'
import { type MysqlOptions, mysql } from '../src/index.ts'
import { resolveMysqlOptions } from '../src/mysql-options.ts'
import { loadRecords } from '../src/restore/load-records.ts'
import { readServerFacts } from '../src/server-facts.ts'
import { type TestDatabase, testDatabase } from './test-database.ts'

const SHOP = [
  `CREATE TABLE customers (id int NOT NULL AUTO_INCREMENT, name varchar(50), PRIMARY KEY (id), KEY name (name)) ENGINE=InnoDB`,
  `CREATE TABLE orders (id int NOT NULL, customer int, PRIMARY KEY (id), KEY customer (customer),
     CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE) ENGINE=InnoDB`,
  `CREATE TABLE log (line varchar(50), n double) ENGINE=InnoDB`,
  `CREATE TABLE fired (what varchar(50)) ENGINE=InnoDB`,
  `INSERT INTO customers (name) VALUES ('a'), ('b'), ('c')`,
  `INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2)`,
  `INSERT INTO log VALUES ('x', 1), ('x', 1), ('y', NULL)`,
]

const TRIGGERS = ['DELETE', 'INSERT'].map(
  (event) =>
    `CREATE TRIGGER on_${event} AFTER ${event} ON customers FOR EACH ROW INSERT INTO fired VALUES ('${event}')`,
)

async function summary(repository: Repository, left: string, url: string): Promise<DiffSummary> {
  for await (const item of repository.diff(left, mysql(url), { limit: 0 })) if (item.type === 'summary') return item
  throw new Error('a diff ends with a summary')
}

const isEqual = ({ collections, schema }: DiffSummary): boolean =>
  collections.every(({ added, removed, changed }) => added + removed + changed === 0) &&
  schema.added + schema.removed + schema.changed === 0

async function shop(flavour: MysqlFlavour, options: Omit<MysqlOptions, 'url'> = {}, more: readonly string[] = []) {
  const database = await testDatabase(flavour)
  await database.sql(...SHOP, ...more)
  const repository = await Repository.create(memory(), { unencrypted: true })
  const snapshot = await repository.take(mysql(database.url))
  return { database, repository, snapshot, target: mysql({ url: database.url, ...options }) }
}

async function stagingOf({ sql }: TestDatabase): Promise<number> {
  return (await sql(`SELECT 1 AS one FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'dbsnap\\_restore\\_%'`))
    .length
}

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('a restore into %s', (flavour) => {
  it('writes differences alone where the shape is the same, in one transaction', async () => {
    const { database, repository, snapshot, target } = await shop(flavour)
    await database.sql(
      `DELETE FROM customers WHERE id = 1`,
      `UPDATE customers SET name = 'B' WHERE id = 2`,
      `INSERT INTO customers VALUES (9, 'new')`,
      `DELETE FROM log WHERE line = 'x' LIMIT 1`,
      `INSERT INTO log VALUES ('y', NULL)`,
      `DELETE FROM fired`,
    )
    const plan = await repository.plan(snapshot, target, { mode: 'overwrite' })
    expect(
      plan.collections.map(({ name, route, added, removed, changed }) => [name, route, added, removed, changed]),
    ).toEqual([
      ['customers', 'change', 1, 1, 1],
      ['fired', 'change', 0, 0, 0],
      ['log', 'change', 1, 1, 0],
      ['orders', 'change', 2, 0, 0],
    ])
    expect([plan.atomic, plan.steps]).toEqual([true, []])
    const { safetySnapshot } = await repository.apply(plan)
    expect(isEqual(await summary(repository, snapshot.id, database.url))).toBe(true)
    // By a cascade the rows of orders would have gone with their customer.
    expect(await database.sql('SELECT COUNT(*) AS n FROM orders')).toEqual([{ n: '3' }])
    expect(safetySnapshot?.records).toBe(3 + 1 + 3)
    expect(safetySnapshot?.source.details).toMatchObject({ readLock: { lock: 'restore locks', connections: 2 } })
    await database.close()
  })

  it('loads a table with triggers beside, so that none fires; appending to it is refused', async () => {
    const { database, repository, snapshot, target } = await shop(flavour, {}, TRIGGERS)
    await database.sql('DELETE FROM customers WHERE id = 3', 'DELETE FROM fired')
    const appending = repository.restore(snapshot, target, { mode: 'append', include: ['customers'] })
    await expect(appending).rejects.toMatchObject({ code: 'INCOMPATIBLE_TARGET' })
    const plan = await repository.plan(snapshot, target, { mode: 'overwrite' })
    expect(plan.collections.find(({ name }) => name === 'customers')?.route).toBe('load')
    await repository.apply(plan)
    expect(await database.sql('SELECT * FROM fired')).toEqual([])
    expect(isEqual(await summary(repository, snapshot.id, database.url))).toBe(true)
    await database.close()
  })

  it('replaces a table of another shape, with its triggers and the foreign keys of others to it', async () => {
    const { database, repository, snapshot, target } = await shop(flavour, {}, TRIGGERS)
    await database.sql(`ALTER TABLE customers ADD COLUMN extra int`, `UPDATE customers SET extra = 1`)
    const plan = await repository.plan(snapshot, target, { mode: 'overwrite', include: ['customers'] })
    expect(plan.atomic).toBe(false)
    expect(plan.steps.map(({ description }) => description)).toEqual([
      'drop constraint orders.of_customer',
      'replace table customers',
      'create trigger on_DELETE',
      'create trigger on_INSERT',
      'create constraint orders.of_customer',
    ])
    await repository.apply(plan)
    expect(isEqual(await summary(repository, snapshot.id, database.url))).toBe(true)
    expect(await stagingOf(database)).toBe(0)
    await database.close()
  })

  it('puts indexes and foreign keys right without touching the table', async () => {
    const { database, repository, snapshot, target } = await shop(flavour)
    await database.sql(
      `ALTER TABLE orders DROP FOREIGN KEY of_customer`,
      `ALTER TABLE customers DROP INDEX name, ADD INDEX other (name, id)`,
    )
    const { proof } = await repository.restore(snapshot, target, { mode: 'overwrite', confirm: true })
    expect(isEqual(proof)).toBe(true)
    await database.close()
  })

  it('refuses what a foreign key forbids, and changes nothing', async () => {
    const { database, repository, snapshot, target } = await shop(flavour)
    await database.sql(`INSERT INTO customers VALUES (9, 'new')`, `INSERT INTO orders VALUES (9, 9)`)
    const before = await repository.take(mysql(database.url))
    const restoring = repository.restore(snapshot, target, { mode: 'overwrite', include: ['customers'], confirm: true })
    await expect(restoring).rejects.toMatchObject({ code: 'INCOMPATIBLE_TARGET', data: { constraint: 'of_customer' } })
    expect(isEqual(await summary(repository, before.id, database.url))).toBe(true)
    expect(await stagingOf(database)).toBe(0)
    await database.close()
  })

  it('takes back what it has published where a later step fails', async () => {
    const { repository, snapshot } = await shop(flavour, {}, TRIGGERS)
    const empty = await testDatabase(flavour)
    const target = mysql({ url: empty.url, definer: { account: `${'x'.repeat(200)}@localhost` } })
    await expect(repository.restore(snapshot, target, { mode: 'create' })).rejects.toMatchObject({ name: /Error$/ })
    expect(await empty.sql('SHOW TABLES')).toEqual([])
    expect(await stagingOf(empty)).toBe(0)
    await empty.close()
  })

  it('puts a replaced table back, with its triggers and the foreign keys to it, where a later step fails', async () => {
    const { database, repository, snapshot } = await shop(flavour, {}, TRIGGERS)
    await database.sql(
      `DELETE FROM customers WHERE id = 3`,
      `ALTER TABLE customers ADD COLUMN extra int`,
      `INSERT INTO log VALUES ('kept', 9)`,
    )
    const before = await repository.take(mysql(database.url))
    const target = mysql({ url: database.url, definer: { account: `${'x'.repeat(200)}@localhost` } })
    const restoring = repository.restore(snapshot, target, { mode: 'overwrite', include: ['customers'], confirm: true })
    await expect(restoring).rejects.toMatchObject({ name: /Error$/ })
    expect(isEqual(await summary(repository, before.id, database.url))).toBe(true)
    expect(await stagingOf(database)).toBe(0)
    await database.close()
  })

  it('appends what is missing, and refuses keys that are there', async () => {
    const { database, repository, snapshot, target } = await shop(flavour)
    await expect(repository.restore(snapshot, target, { mode: 'append' })).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await database.sql(`DELETE FROM orders`, `DELETE FROM customers`, `INSERT INTO customers VALUES (50, 'kept')`)
    await repository.restore(snapshot, target, { mode: 'append', include: ['customers', 'orders'] })
    expect(await database.sql('SELECT id FROM customers')).toEqual(['1', '2', '3', '50'].map((id) => ({ id })))
    await database.close()
  })

  it('keeps others from writing until it has ended', async () => {
    const { database, repository, snapshot, target } = await shop(flavour, { lockTimeoutSeconds: 1 })
    const session = await target.openRestore({
      mode: 'overwrite',
      whole: true,
      collections: snapshot.collections.map(({ layout, records, bytes }) => ({ ...layout, records, bytes })),
      schema: await repository.schema(snapshot),
      details: snapshot.source.details,
      onWarning: () => {},
    })
    await database.sql('SET SESSION innodb_lock_wait_timeout = 1, lock_wait_timeout = 1')
    await expect(database.sql(`INSERT INTO customers VALUES (77, 'late')`)).rejects.toThrow(/timeout/)
    await expect(database.sql(`UPDATE log SET n = 5`)).rejects.toThrow(/timeout/)
    expect(await database.sql('SELECT COUNT(*) AS n FROM customers')).toEqual([{ n: '3' }])
    await session.abort()
    await database.sql(`INSERT INTO customers VALUES (77, 'later')`)
    const other = await testDatabase(flavour)
    await database.sql('START TRANSACTION', `UPDATE customers SET name = 'held'`)
    await expect(repository.plan(snapshot, target, { mode: 'overwrite' })).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
    })
    await Promise.all([database.close(), other.close()])
  })

  it('ends at once when it is cancelled while it loads, and leaves nothing', async () => {
    const { repository, database } = await shop(flavour)
    await database.sql(
      'CREATE TABLE wide (id int PRIMARY KEY, v longtext)',
      `INSERT INTO wide SELECT id, REPEAT('x', 3000000) FROM customers`,
      `INSERT INTO wide SELECT id + 3, v FROM wide`,
      `INSERT INTO wide SELECT id + 6, v FROM wide`,
    )
    const full = await repository.take(mysql(database.url))
    for (const phase of ['loading', 'committing']) {
      const empty = await testDatabase(flavour)
      const controller = new AbortController()
      const restoring = repository.restore(full, mysql(empty.url), {
        mode: 'create',
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.phase === phase && (phase !== 'loading' || progress.bytes > 1_000_000)) controller.abort()
        },
      })
      await expect(restoring).rejects.toMatchObject({ code: 'INTERRUPTED' })
      expect(await empty.sql('SHOW TABLES')).toEqual([])
      expect(await stagingOf(empty)).toBe(0)
      await empty.close()
    }
    await database.close()
  })

  it('gives programs the definer that it is told to, and leaves out a view whose table is gone', async () => {
    const source = await testDatabase(flavour)
    await source.sql(
      'CREATE TABLE t (id int PRIMARY KEY)',
      'CREATE TABLE gone (id int PRIMARY KEY)',
      `CREATE DEFINER = nobody@localhost VIEW v AS SELECT * FROM t`,
      `CREATE DEFINER = nobody@localhost VIEW broken AS SELECT * FROM gone`,
      `CREATE DEFINER = nobody@localhost TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id`,
      `CREATE DEFINER = nobody@localhost PROCEDURE p() SELECT 1`,
      'DROP TABLE gone',
    )
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(source.url))
    const [me] = await source.sql('SELECT CURRENT_USER() AS me')
    for (const [definer, expected] of [
      ['keep', 'nobody@localhost'],
      ['drop', me?.me],
      [{ account: 'app@%' }, 'app@%'],
    ] as const) {
      const target = await testDatabase(flavour)
      const warnings: string[] = []
      const onWarning = ({ code, message }: { code: string; message: string }) => warnings.push(`${code} ${message}`)
      await repository.restore(snapshot, mysql({ url: target.url, definer }), { mode: 'create', onWarning })
      expect(warnings.some((text) => text.startsWith('OBJECT_LEFT_OUT view broken'))).toBe(true)
      for (const [catalog, schema] of [
        ['VIEWS', 'TABLE_SCHEMA'],
        ['TRIGGERS', 'TRIGGER_SCHEMA'],
        ['ROUTINES', 'ROUTINE_SCHEMA'],
      ]) {
        const list = `SELECT DEFINER AS d FROM information_schema.${catalog} WHERE ${schema} = DATABASE()`
        expect(await target.sql(list), catalog).toEqual([{ d: expected }])
      }
      await target.close()
    }
    await source.close()
  })

  it('accepts no record that the server skips or changes, and keeps nothing of them', async () => {
    const database = await testDatabase(flavour)
    await database.sql('CREATE TABLE t (id int PRIMARY KEY, v varchar(3), UNIQUE KEY v (v))')
    const options = resolveMysqlOptions(database.url)
    const connection = await MysqlConnection.open(options, undefined, 'target')
    const server = await readServerFacts(connection)
    await pinSettings(connection, server, 5)
    const columns = [
      { name: 'id', dataType: 'int', charset: null, collation: null },
      { name: 'v', dataType: 'varchar', charset: 'utf8mb4', collation: null },
    ]
    const [{ allowed } = {}] = await database.sql('SELECT @@GLOBAL.local_infile AS allowed')
    for (const way of ['load data', 'insert'] as const) {
      if (way === 'load data' && allowed !== '1') continue
      for (const records of ['1\ta\n2\tA\n', '1\ttoo long\n', 'x\ta\n', '1\ta\n1\tb\n', '\\N\ta\n']) {
        const target = { connection, table: 't', columns, collection: 't', way }
        const loading = loadRecords(
          target,
          (async function* () {
            yield Buffer.from(records)
          })(),
        )
        const error = await loading.catch((reason) => reason)
        expect(['TARGET_FAILED', 'INCOMPATIBLE_TARGET'], `${way} ${records}`).toContain(error.code)
        expect(JSON.stringify(error) + error.message).not.toMatch(/too long/)
        expect(await database.sql('SELECT COUNT(*) AS n FROM t')).toEqual([{ n: '0' }])
      }
    }
    await connection.close()
    await database.close()
  })

  it('says which privilege it lacks where it may not load beside', async () => {
    const { repository, snapshot } = await shop(flavour)
    const empty = await testDatabase(flavour)
    const [name, user] = [new URL(empty.url).pathname.slice(1), `r${new URL(empty.url).pathname.slice(-8)}`]
    await empty.sql(`CREATE USER ${user}@'%'`, `GRANT ALL ON ${name}.* TO ${user}@'%'`)
    const restoring = repository.restore(snapshot, mysql(empty.url.replace('root@', `${user}@`)), { mode: 'create' })
    const hint = expect.stringContaining('dbsnap')
    await expect(restoring).rejects.toMatchObject({ code: 'PERMISSION_DENIED', hint })
    expect(await empty.sql('SHOW TABLES')).toEqual([])
    await empty.close()
  })

  it('drops what a killed restore has left', async () => {
    const { database, repository, snapshot, target } = await shop(flavour)
    await database.sql(
      'CREATE DATABASE dbsnap_restore_0123456789abcdef',
      'CREATE DATABASE IF NOT EXISTS dbsnap_restore_of_a_person',
    )
    await repository.plan(snapshot, target, { mode: 'overwrite' })
    const left = await database.sql(`SHOW DATABASES LIKE 'dbsnap\\_restore\\_%'`)
    expect(left.map((row) => Object.values(row)[0])).toEqual(['dbsnap_restore_of_a_person'])
    await database.sql('DROP DATABASE dbsnap_restore_of_a_person')
    await database.close()
  })
})
