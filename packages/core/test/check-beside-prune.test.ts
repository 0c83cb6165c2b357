import { expect, it } from 'vitest'
import { putMark } from '../src/repository/condemned-packs.ts'
import type { OpenedObjectRepository } from '../src/repository/open-object-repository.ts'
import { alter, flipBit, keysOf, onlyKey, storeWith } from './object-layer.ts'
import { prunable } from './pruning/prunable.ts'
import { contextOf, openRepository } from './support/memory-repository.ts'

const check = async (store: Awaited<ReturnType<typeof prunable>>['store']) =>
  (await openRepository(store)).check({ readFraction: 1 })

/** A repository and its packs. */
async function packed() {
  const { store, snapshots, repository } = await prunable()
  const packs = (await keysOf(store, 'packs/')).map((key) => key.slice('packs/xx/'.length))
  const { context } = (await contextOf(store)).objects as OpenedObjectRepository
  return { store, snapshots, repository, packs, context }
}

it('a check passes over what is wrong with condemned packs, which a prune may be deleting', async () => {
  const { store, snapshots, repository, packs, context } = await packed()
  await repository.forget({ snapshots, allowLast: true })
  await putMark(context, '1'.repeat(32), { packs })
  const [lost, ...others] = packs as [string, string, string]
  await store.delete(`packs/${lost.slice(0, 2)}/${lost}`)
  for (const pack of others) await alter(store, `packs/${pack.slice(0, 2)}/${pack}`, (bytes) => flipBit(bytes, 400))
  expect(await check(store)).toMatchObject({ sound: true, damage: [] })
})

it('but not over what snapshots need', async () => {
  const { store, packs, context } = await packed()
  await putMark(context, '1'.repeat(32), { packs })
  for (const pack of packs) await store.delete(`packs/${pack.slice(0, 2)}/${pack}`)
  const report = await check(store)
  expect(report).toMatchObject({ sound: false, damage: [] })
  expect(report.brokenSnapshots).toHaveLength(3)
})

it('a mark that cannot be read is damage', async () => {
  const { store, packs, context } = await packed()
  await putMark(context, '1'.repeat(32), { packs })
  const key = await onlyKey(store, 'condemned/')
  await alter(store, key, (bytes) => flipBit(bytes, 300))
  expect(await check(store)).toMatchObject({
    sound: false,
    damage: [{ file: expect.stringMatching(/^condemned\/[0-9a-f]{32}$/) }],
  })
  const failing = storeWith(store, {
    get: (name, options) => (name === key ? Promise.reject(new Error('unplugged')) : store.get(name, options)),
  })
  await expect(check(failing)).rejects.toThrow('unplugged')
})
