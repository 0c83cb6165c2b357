import { describe, expect, it } from 'vitest'
import type { RestoreMode } from '../src/ports/database-target.ts'
import { MemoryDatabase } from './support/memory-database.ts'
import { createRepository } from './support/memory-repository.ts'
import { contents, order, orders, shop } from './support/shop.ts'

const NAME = 'public.orders'

describe('a plan', () => {
  it('into an empty database creates and loads everything', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = new MemoryDatabase()
    const plan = await repository.plan(snapshot, target, { mode: 'create' })
    expect(plan).toMatchObject({ mode: 'create', atomic: true, whole: true, warnings: [] })
    expect(plan.chosen).toEqual(['public.audit', 'public.empty', NAME])
    expect(plan.collections).toEqual([
      { name: 'public.audit', route: 'load', added: 4, removed: 0, changed: 0 },
      { name: 'public.empty', route: 'load', added: 0, removed: 0, changed: 0 },
      { name: NAME, route: 'load', added: 20, removed: 0, changed: 0 },
    ])
    expect(plan.steps.map(({ description }) => description)).toEqual([
      'create table public.audit',
      'create table public.empty',
      'create table public.orders',
    ])
  })

  it('to overwrite counts exactly what comes, goes and changes, but for other spellings', async () => {
    const repository = await createRepository()
    const database = new MemoryDatabase()
    database.createTable('docs', { columns: { id: 'integer', doc: 'json' }, key: ['id'] })
    database.insert('docs', [1, '{"a":1,"b":2}'], [2, '{}'], [3, '[]'], [4, '[4]'])
    const snapshot = await repository.take(database)
    database.update('docs', [1, '{"b":2,"a":1}'], [2, '{"x":0}'])
    database.remove('docs', [3, ''])
    database.insert('docs', [5, '1'], [6, '2'])
    const plan = await repository.plan(snapshot, database, { mode: 'overwrite' })
    expect(plan.collections).toEqual([{ name: 'docs', route: 'change', added: 1, removed: 2, changed: 1 }])
  })

  it('to overwrite what has another shape replaces all of it', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop(), { include: ['orders'] })
    const target = new MemoryDatabase()
    // Of another key, and a record that the snapshot's key cannot tell from another.
    target.createTable(NAME, { columns: { id: 'integer', no: 'integer' }, key: ['no'] })
    target.insert(NAME, [1, 1], [1, 2], [3, 3])
    const plan = await repository.plan(snapshot, target, { mode: 'overwrite' })
    expect(plan.collections).toEqual([{ name: NAME, route: 'load', added: 20, removed: 3, changed: 0 }])
    expect(plan.steps.map(({ description }) => description)).toEqual(['replace table public.orders'])
    const again = await repository.plan(snapshot, target, { mode: 'overwrite' })
    expect(again.fingerprint).toBe(plan.fingerprint)
    expect((await repository.apply(plan)).proof.collections).toMatchObject([{ name: NAME, recordsAfter: 20 }])
  })

  it('to append inserts everything and looks at nothing', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = shop(orders(3))
    target.dropTable('public.audit')
    const plan = await repository.plan(snapshot, target, { mode: 'append' })
    expect(plan.collections.map(({ name, route, added }) => [name, route, added])).toEqual([
      ['public.audit', 'load', 4],
      ['public.empty', 'change', 0],
      [NAME, 'change', 20],
    ])
  })

  it('is for the chosen collections alone', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const plan = await repository.plan(snapshot, shop(orders(1)), { mode: 'overwrite', include: ['orders'] })
    expect(plan).toMatchObject({ chosen: [NAME], whole: false })
    expect(plan.collections).toEqual([{ name: NAME, route: 'change', added: 19, removed: 0, changed: 0 }])
    const rest = await repository.plan(snapshot, shop(), { mode: 'overwrite', exclude: ['orders'] })
    expect(rest).toMatchObject({ chosen: ['public.audit', 'public.empty'], whole: false })
    await expect(repository.plan(snapshot, shop(), { mode: 'overwrite', include: ['order'] })).rejects.toMatchObject({
      code: 'UNKNOWN_COLLECTION',
    })
  })

  it.each<RestoreMode>(['overwrite', 'append', 'create'])('writes nothing and holds nothing: %s', async (mode) => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = mode === 'create' ? new MemoryDatabase() : shop(orders(5))
    const before = contents(target)
    await repository.plan(snapshot, target, { mode })
    expect(contents(target)).toEqual(before)
    expect(target.openReadPoints).toBe(0)
    // No lock is left.
    if (mode !== 'create') target.insert(NAME, order(50))
  })

  it('has the same fingerprint for the same target, and another for any other', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = shop(orders(15))
    const fingerprint = async () => (await repository.plan(snapshot, target, { mode: 'overwrite' })).fingerprint
    const seen = [await fingerprint()]
    expect(await fingerprint()).toBe(seen[0])
    for (const change of [
      () => target.update(NAME, order(15, 9)),
      () => target.insert('public.empty', [1]),
      () => target.remove('public.audit', ['login', 1]),
      () => target.dropTable('public.empty'),
    ]) {
      change()
      const next = await fingerprint()
      expect(seen).not.toContain(next)
      seen.push(next)
    }
  })

  it('stops when it is interrupted, and hears warnings', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = shop(orders(5))
    const options = { mode: 'overwrite', signal: AbortSignal.abort() } as const
    await expect(repository.plan(snapshot, target, options)).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const controller = new AbortController()
    target.faults.set(NAME, { beforeBuffer: () => controller.abort() })
    await expect(
      repository.plan(snapshot, target, { mode: 'overwrite', signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(target.openReadPoints).toBe(0)
  })
})
