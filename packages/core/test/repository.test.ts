import { expect, it } from 'vitest'
import { PassphraseKeyProvider } from '../src/encryption/index.ts'
import { Repository } from '../src/repository.ts'
import { memory } from '../src/stores/memory-store.ts'
import { QUICK_SCRYPT, storeWith } from './object-layer.ts'
import { seededRandomness } from './seeded-randomness.ts'
import { collect } from './support/collect.ts'
import { createRepository } from './support/memory-repository.ts'
import { shop } from './support/shop.ts'

it('a repository is opened by the passphrase it was made with, and by no other', async () => {
  const store = memory()
  const created = await Repository.create(store, { passphrase: 'open sesame' })
  expect(created.encrypted).toBe(true)
  await created.take(shop())
  const opened = await Repository.open(store, { passphrase: 'open sesame' })
  expect(await collect(opened.records('latest', 'public.audit'))).toHaveLength(4)
  await expect(Repository.open(store, { passphrase: 'open barley' })).rejects.toMatchObject({
    code: 'WRONG_PASSPHRASE',
  })
})

it('a repository is unencrypted only where it is asked for in so many words', async () => {
  await expect(Repository.create(memory())).rejects.toMatchObject({ code: 'USAGE' })
  const store = memory()
  const created = await Repository.create(store, { unencrypted: true, compression: { algorithm: 'gzip', level: 6 } })
  const { compression } = await created.take(shop())
  expect(compression).toMatchObject({ algorithm: 'gzip', level: 6 })
  const opened = await Repository.open(store)
  expect(opened.encrypted).toBe(false)
  expect((await opened.check()).notes).toMatchObject([{ code: 'UNENCRYPTED' }])
})

it('a key provider is used before a passphrase', async () => {
  const randomness = seededRandomness('key')
  const keyProvider = new PassphraseKeyProvider('right', { randomness, parameters: QUICK_SCRYPT })
  const store = memory()
  await Repository.create(store, { keyProvider, passphrase: 'wrong' })
  expect((await Repository.open(store, { passphrase: 'right' })).encrypted).toBe(true)
})

it('a snapshot is named by its id, a prefix, a name, or what was taken', async () => {
  const repository = await createRepository()
  const first = await repository.take(shop())
  const second = await repository.take(shop())
  expect((await repository.get('latest')).id).toBe(second.id)
  expect((await repository.get('latest~1')).id).toBe(first.id)
  expect((await repository.get(first.id.slice(0, 12))).id).toBe(first.id)
  expect((await repository.get(first)).id).toBe(first.id)
  await expect(repository.get('nothing')).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
})

it('closing releases the store', async () => {
  let closed = 0
  const store = memory()
  const repository = await createRepository(storeWith(store, { close: async () => void closed++ }))
  await repository.close()
  expect(closed).toBe(1)
})
