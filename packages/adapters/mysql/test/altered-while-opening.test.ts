import { memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS } from '@dbsnap/test-servers'
import realDriver from 'mysql2'
import { describe, expect, it } from 'vitest'
import { type MysqlDriver, mysql } from '../src/index.ts'
import { testDatabase } from './test-database.ts'

/** The real driver, which lets `before` happen each time that a statement begins so. */
function driverWith(beginning: string, before: () => Promise<unknown>): MysqlDriver {
  const real = realDriver as unknown as MysqlDriver
  return {
    createConnection(config) {
      const connection = real.createConnection(config)
      const query = connection.query.bind(connection)
      connection.query = (statement, callback) => {
        if (!statement.sql.startsWith(beginning)) return query(statement, callback)
        return before().then(() => {
          query(statement, callback)
        })
      }
      return connection
    },
  }
}

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)(
  'a table of %s that is altered when the moment stands',
  (flavour) => {
    for (const statement of [
      'ALTER TABLE t ENGINE = InnoDB',
      'TRUNCATE TABLE t',
      'ALTER TABLE t DROP COLUMN v, FORCE',
    ]) {
      it(`has the take begun anew once: ${statement}`, async () => {
        const database = await testDatabase(flavour)
        await database.sql('CREATE TABLE t (id int PRIMARY KEY, v int)', 'INSERT INTO t VALUES (1, 1), (2, 2)')
        let times = 0
        const driver = driverWith('SELECT 1 FROM `t`', async () => {
          if (times++ === 0) await database.sql(statement)
        })
        const repository = await Repository.create(memory(), { unencrypted: true })
        const snapshot = await repository.take(mysql({ url: database.url, driver }))
        const now = await repository.take(mysql(database.url))
        expect(snapshot.collections[0]?.root).toEqual(now.collections[0]?.root)
        expect(snapshot.collections[0]?.layout).toEqual(now.collections[0]?.layout)
        expect(times).toBe(statement.includes('ENGINE') || statement.startsWith('TRUNCATE') ? 2 : times)
        await database.close()
      })
    }

    it('fails it by name where that goes on', async () => {
      const database = await testDatabase(flavour)
      await database.sql('CREATE TABLE t (id int PRIMARY KEY)', 'INSERT INTO t VALUES (1)')
      const driver = driverWith('SELECT 1 FROM `t`', () => database.sql('ALTER TABLE t ENGINE = InnoDB'))
      const opening = mysql({ url: database.url, driver }).openReadPoint({ concurrency: 2, onWarning: () => {} })
      await expect(opening).rejects.toMatchObject({
        code: 'READ_POINT_LOST',
        message: expect.stringContaining('read t '),
      })
      await database.close()
    })
  },
)
