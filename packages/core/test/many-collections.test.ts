import { expect, it } from 'vitest'
import { memory } from '../src/stores/memory-store.ts'
import { collect } from './support/collect.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { shop } from './support/shop.ts'

it('reads a manifest once for whoever holds it and asks for collection after collection', async () => {
  const store = memory()
  await (await createRepository(store)).take(shop())
  let manifests = 0
  const { get } = store
  store.get = (key, options) => {
    if (key.startsWith('snapshots/') && options?.range === undefined) manifests++
    return get.call(store, key, options)
  }
  const repository = await openRepository(store)
  const snapshot = await repository.get('latest')
  for (const { layout } of snapshot.collections) await collect(repository.rawRecords('latest', layout.name))
  expect([snapshot.collections.length > 1, manifests]).toEqual([true, 1])
})
