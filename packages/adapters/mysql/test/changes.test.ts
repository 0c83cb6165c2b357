import { memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS, sharedMysql } from '@dbsnap/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { mysql } from '../src/index.ts'
import { everyKind } from './every-kind.ts'
import { loadingServer, loadsOf, stopLoadingServer } from './loading-server.ts'
import { mysqlFixture } from './mysql-fixture.ts'
import { testDatabase } from './test-database.ts'

afterAll(stopLoadingServer)

/** Inserting puts every record of the snapshot back; removing takes away what the snapshot lacks, found by its values where there is no key. */
describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('differences written to %s', (flavour) => {
  for (const loadData of [true, false]) {
    it(`are exact for values of every type, with and without a key, by ${loadData ? 'LOAD DATA' : 'INSERT'}`, async () => {
      const server = await (loadData ? loadingServer(flavour) : sharedMysql(flavour))
      const loads = await loadsOf(server)
      const fixture = await mysqlFixture(flavour, { loadData }, server)
      const repository = await Repository.create(memory(), { unencrypted: true })
      const tables: string[] = []
      for (const [i, { type, values }] of fixture.nativeValues.entries()) {
        const columns = { id: 'integer', value: { native: type } } as const
        const rows = [...values, null].map((value, row) => [`${row}`, value])
        tables.push(await fixture.createTable({ name: `keyed_${i}`, columns, key: ['id'], rows }))
        tables.push(await fixture.createTable({ name: `keyless_${i}`, columns, key: [], rows: [...rows, ...rows] }))
      }
      const full = await repository.take(fixture.source)
      await repository.restore(full, fixture.target, { mode: 'create' })
      for (const table of tables) await fixture.remove(table, ['0', '2'])
      const less = await repository.take(fixture.source)
      for (const snapshot of [less, full]) {
        const { collections, proof } = await repository.restore(snapshot, fixture.target, {
          mode: 'overwrite',
          confirm: true,
          safety: false,
        })
        expect(new Set(collections.map(({ route }) => route))).toEqual(new Set(['change']))
        const differing = proof.collections.filter(({ added, removed, changed }) => added + removed + changed > 0)
        expect(differing.map(({ name }) => name)).toEqual([])
      }
      if (loadData) expect(await loadsOf(server)).toBeGreaterThan(loads)
      await fixture.dispose()
    })
  }

  it('put every kind of table back that was emptied', async () => {
    const [source, target] = [await testDatabase(flavour), await testDatabase(flavour)]
    await source.sql(...everyKind(flavour))
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(source.url))
    await repository.restore(snapshot, mysql(target.url), { mode: 'create' })
    await target.sql('SET foreign_key_checks = 0')
    for (const { layout } of snapshot.collections)
      await target.sql(`DELETE FROM \`${layout.name.replaceAll('`', '``')}\``)
    const { proof, collections } = await repository.restore(snapshot, mysql(target.url), {
      mode: 'overwrite',
      confirm: true,
    })
    expect(proof.collections.every(({ added, removed, changed }) => added + removed + changed === 0)).toBe(true)
    expect(proof.schema).toEqual({ added: 0, removed: 0, changed: 0 })
    const loaded = collections.filter(({ route }) => route === 'load').map(({ name }) => name)
    expect(loaded).toEqual(
      flavour === 'mysql' ? ['customers', 'old_engine'] : ['aria_table', 'customers', 'old_engine'],
    )
    await Promise.all([source.close(), target.close()])
  })
})
