import { describe, expect, it } from 'vitest'
import type { ChangeKind } from '../src/operations/difference.ts'
import { differences } from './support/differences.ts'
import { createRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'

/** Ten changes: of the audit two added and one removed; of the orders three added, two changed, two removed. */
async function changedShop() {
  const repository = await createRepository()
  const database = shop(orders(10))
  const before = await repository.take(database)
  database.insert('public.audit', ['new', 1], ['new', 2])
  database.remove('public.audit', ['logout', 2])
  database.insert('public.orders', order(11), order(12), order(13))
  database.update('public.orders', order(2, 1), order(3, 1))
  database.remove('public.orders', order(4), order(5))
  return { repository, database, before }
}

const SUMMARY = [
  { name: 'public.audit', added: 2, removed: 1, changed: 0, recordsBefore: 4, recordsAfter: 5 },
  { name: 'public.empty', added: 0, removed: 0, changed: 0, recordsBefore: 0, recordsAfter: 0 },
  { name: 'public.orders', added: 3, removed: 2, changed: 2, recordsBefore: 10, recordsAfter: 11 },
]

describe('a diff counts exactly', () => {
  it.each([0, 1, 2, 5, 9, 10, 11])('and shows no more than %i changes', async (limit) => {
    const { repository, database, before } = await changedShop()
    const all = await differences(repository.diff(before, database))
    const { changes, summary } = await differences(repository.diff(before, database, { limit }))
    expect(all.changes).toHaveLength(10)
    expect(changes).toEqual(all.changes.slice(0, limit))
    expect(summary.collections).toEqual(SUMMARY)
  })

  it.each<[ChangeKind[], number]>([
    [[], 0],
    [['added'], 5],
    [['removed'], 3],
    [['changed'], 2],
    [['added', 'changed'], 7],
  ])('and shows the kinds %o only', async (kinds, count) => {
    const { repository, database, before } = await changedShop()
    const { changes, summary } = await differences(repository.diff(before, database, { kinds }))
    expect(changes).toHaveLength(count)
    for (const { kind } of changes) expect(kinds).toContain(kind)
    expect(summary.collections).toEqual(SUMMARY)
    const limited = await differences(repository.diff(before, database, { kinds, limit: 2 }))
    expect(limited.changes).toEqual(changes.slice(0, 2))
  })
})

describe('a diff compares', () => {
  it('what was chosen from either side', async () => {
    const { repository, database, before } = await changedShop()
    database.dropTable('public.audit')
    database.createTable('public.new', { columns: { id: 'integer' }, key: ['id'] })
    database.insert('public.new', [1], [2])
    const namesOf = async (choice: { include?: string[]; exclude?: string[] }) =>
      (await differences(repository.diff(before, database, choice))).summary.collections.map(({ name }) => name)
    expect(await namesOf({ include: ['audit', 'new'] })).toEqual(['public.audit', 'public.new'])
    expect(await namesOf({ exclude: ['orders'] })).toEqual(['public.audit', 'public.empty', 'public.new'])
    const { changes, schema } = await differences(repository.diff(before, database, { include: ['audit', 'new'] }))
    expect(changes.map(({ collection, kind }) => `${kind} ${collection}`).sort()).toEqual([
      'added public.new',
      'added public.new',
      'removed public.audit',
      'removed public.audit',
    ])
    expect(schema.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['removed public.audit', 'added public.new'])
  })

  it('refuses a name that neither side has, and closes both', async () => {
    const { repository, database } = await changedShop()
    const other = shop()
    for (const choice of [{ include: ['invoices'] }, { exclude: ['x?'] }]) {
      await expect(differences(repository.diff(database, other, choice))).rejects.toMatchObject({
        code: 'UNKNOWN_COLLECTION',
        data: { unmatched: Object.values(choice)[0] },
      })
    }
    expect([database.openReadPoints, other.openReadPoints]).toEqual([0, 0])
  })
})
