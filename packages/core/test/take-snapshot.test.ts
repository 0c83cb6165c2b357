import { describe, expect, it } from 'vitest'
import type { DatabaseSource } from '../src/ports/database-source.ts'
import { memory } from '../src/stores/memory-store.ts'
import { keysOf } from './object-layer.ts'
import { collect } from './support/collect.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { index, order, orders, shop } from './support/shop.ts'

describe('a snapshot', () => {
  it('says what was read, from where and how', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop(), { tags: { release: '42' } })
    expect(snapshot).toMatchObject({
      format: 1,
      tags: { release: '42' },
      source: { engine: 'memory', database: 'memory', label: 'memory/memory', readPoint: 'moment 1' },
      records: 24,
      verification: { ok: true },
      warnings: [],
    })
    expect(snapshot).not.toHaveProperty('parent')
    expect(snapshot.collections.map(({ layout, records, root }) => [layout.name, records, root !== null])).toEqual([
      ['public.audit', 4, true],
      ['public.empty', 0, false],
      ['public.orders', 20, true],
    ])
    expect(snapshot.bytes).toBe(snapshot.collections.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(snapshot.verification.objects).toBeGreaterThan(0)
    expect(snapshot.compression.ratio).toBeGreaterThan(0)
    const { storedBytes, ...manifest } = snapshot
    expect(await repository.get(snapshot.id)).toEqual(manifest)
    expect((await repository.schema('latest')).objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'table public.audit',
      'table public.empty',
      'table public.orders',
      'index public.orders_note',
    ])
  })

  it('keeps under which parent a collection is shown', async () => {
    const database = shop()
    const source: DatabaseSource = {
      engine: database.engine,
      label: database.label,
      async openReadPoint(options) {
        const point = await database.openReadPoint(options)
        return {
          facts: point.facts,
          schema: point.schema,
          collections: point.collections.map((one) =>
            one.name === 'public.orders' ? { ...one, parent: 'public.sales' } : one,
          ),
          read: (name, reading) => point.read(name, reading),
          close: () => point.close(),
        }
      },
    }
    const repository = await createRepository()
    const { collections } = await repository.get(await repository.take(source))
    expect(collections.map(({ layout }) => [layout.name, layout.parent])).toEqual([
      ['public.audit', undefined],
      ['public.empty', undefined],
      ['public.orders', 'public.sales'],
    ])
  })

  it('tells by how many bytes the repository grew', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const sizeOf = async () => (await collect(store.list(''))).reduce((sum, { size }) => sum + size, 0)
    for (const rows of [orders(300, 500), orders(300, 500), orders(310, 500)]) {
      const before = await sizeOf()
      const { storedBytes } = await repository.take(shop(rows))
      expect(storedBytes).toBe((await sizeOf()) - before)
    }
  })

  it('follows the last one of its own source and of no other', async () => {
    const repository = await createRepository()
    const first = await repository.take(shop(), { label: 'production' })
    const other = await repository.take(shop())
    expect(other).not.toHaveProperty('parent')
    const second = await repository.take(shop(), { label: 'production' })
    expect(second.parent).toBe(first.id)
    expect(second.time > first.time).toBe(true)
    expect((await repository.list()).map(({ id }) => id)).toEqual([second.id, other.id, first.id])
    expect((await repository.get('production:latest')).id).toBe(second.id)
  })

  it('of what has not changed stores no object, and of what has, the difference', async () => {
    const store = memory()
    const database = shop(orders(2000, 500))
    const whole = await (await createRepository(store)).take(database)
    const packs = await keysOf(store, 'packs/')
    const same = await (await openRepository(store)).take(database)
    expect(await keysOf(store, 'packs/')).toEqual(packs)
    expect(same.compression.ratio).toBe(1)
    expect(same.verification).toEqual({ objects: 0, ok: true })
    expect(same.collections).toEqual(whole.collections)
    database.update('public.orders', ...[3, 700, 1400].map((id) => order(id, 1, 500)))
    const changed = await (await openRepository(store)).take(database)
    expect(changed.storedBytes).toBeLessThan(whole.storedBytes / 50)
  })

  it('rests on the last snapshot that holds a collection, past snapshots of parts and damaged ones', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const database = shop(orders(2000, 500))
    const whole = await repository.take(database)
    await repository.take(database, { include: ['audit'] })
    const damaged = await repository.take(database, { include: ['audit'] })
    const file = `snapshots/${damaged.id}`
    const bytes = await store.get(file)
    // Its summary is as it was; what follows is cut, so that only loading it fails.
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1
    await store.put(file, [bytes])
    const packs = await keysOf(store, 'packs/')
    const again = await (await openRepository(store)).take(database)
    expect(again.collections).toEqual(whole.collections)
    expect(await keysOf(store, 'packs/')).toEqual(packs)
  })

  it('keeps what the schema says apart from what it says of other collections', async () => {
    const repository = await createRepository()
    const database = shop()
    database.define({ ...index('f'), kind: 'function', collection: undefined } as never)
    const part = await repository.take(database, { include: ['audit'] })
    expect((await repository.schema(part)).objects.map(({ name }) => name)).toEqual(['public.f', 'public.audit'].sort())
  })
})
