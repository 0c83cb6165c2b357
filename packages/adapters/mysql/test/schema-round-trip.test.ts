import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Difference, memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS, mysqlToolFor, sharedMysql } from '@dbsnap/test-servers'
import { describe, expect, it } from 'vitest'
import { mysql } from '../src/index.ts'
import { everyKind } from './every-kind.ts'
import { showCreateAll, testDatabase } from './test-database.ts'

async function differences(items: AsyncIterable<Difference>): Promise<Difference[]> {
  const all: Difference[] = []
  for await (const item of items) if (item.type !== 'summary') all.push(item)
  return all
}

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('a database with every kind of object, on %s', (flavour) => {
  for (const loadData of [true, false]) {
    it(`is restored into an empty one as it was, by ${loadData ? 'LOAD DATA where it is allowed' : 'INSERT'}`, async () => {
      const [source, target] = [await testDatabase(flavour), await testDatabase(flavour)]
      await source.sql(...everyKind(flavour))
      const repository = await Repository.create(memory(), { unencrypted: true })
      const snapshot = await repository.take(mysql(source.url))
      await repository.restore(snapshot, mysql({ url: target.url, loadData }), { mode: 'create' })
      expect(await showCreateAll(target)).toEqual(await showCreateAll(source))
      expect(await differences(repository.diff(snapshot, mysql(target.url)))).toEqual([])
      expect(await differences(repository.diff(mysql(source.url), mysql(target.url)))).toEqual([])
      await Promise.all([source.close(), target.close()])
    })
  }
})

const dump = mysqlToolFor('mariadb-dump')

it.skipIf(dump === undefined || !canStartMysql())(
  'a MariaDB database with every kind of object has the same text from mariadb-dump',
  async () => {
    const server = await sharedMysql('mariadb')
    const [source, target] = [await testDatabase('mariadb'), await testDatabase('mariadb')]
    await source.sql(...everyKind('mariadb'))
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(source.url))
    await repository.restore(snapshot, mysql(target.url), { mode: 'create' })
    const textOf = async (url: string): Promise<string> => {
      const name = new URL(url).pathname.slice(1)
      const options = [
        '--no-defaults',
        '-uroot',
        '-h127.0.0.1',
        `-P${server.port}`,
        '--skip-dump-date',
        '--skip-comments',
      ]
      const all = [...options, '--routines', '--events', '--triggers', '--hex-blob', '--order-by-primary', name]
      const { stdout } = await promisify(execFile)(dump as string, all, { maxBuffer: 64 * 1024 * 1024 })
      return stdout.replaceAll(name, 'database')
    }
    expect(await textOf(target.url)).toBe(await textOf(source.url))
    await Promise.all([source.close(), target.close()])
  },
)
