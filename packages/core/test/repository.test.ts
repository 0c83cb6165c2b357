import { expect, it } from 'vitest'
import { generateRecoveryKey } from '../src/new-secrets.ts'
import { DESTROY_ALL_DATA } from '../src/repository/remove-key-slot.ts'
import { Repository } from '../src/repository.ts'
import { memory } from '../src/stores/memory-store.ts'
import { storeWith } from './object-layer.ts'
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

it('a repository is opened by each secret it was made with, and by those added later', async () => {
  const store = memory()
  const recoveryKey = generateRecoveryKey()
  const created = await Repository.create(store, { masterKey: 'ab'.repeat(32), recoveryKey })
  await created.take(shop())
  const typed = recoveryKey.toLowerCase().replaceAll('-', ' ')
  const recovered = await Repository.open(store, { recoveryKey: typed, passphrase: 'forgotten' })
  expect(await collect(recovered.records('latest', 'public.audit'))).toHaveLength(4)
  const masterKey = 'cd'.repeat(32)
  await recovered.keys.add({ masterKey, label: 'new' })
  const opened = await Repository.open(store, { masterKey })
  expect(await opened.keys.list()).toMatchObject([
    expect.objectContaining({ state: 'sound', current: false }),
    expect.objectContaining({ state: 'sound', current: false }),
    expect.objectContaining({ label: 'new', current: true }),
  ])
})

it('a repository’s keys change one secret at a time, and the last one goes only in so many words', async () => {
  const store = memory()
  const repository = await Repository.create(store, { masterKey: 'ab'.repeat(32) })
  for (const none of [{}, { masterKey: 'ab'.repeat(32), recoveryKey: generateRecoveryKey() }]) {
    await expect(repository.keys.add(none)).rejects.toMatchObject({ code: 'USAGE' })
  }
  const { added } = await repository.keys.rotate(undefined, { masterKey: 'ef'.repeat(32) })
  await expect(Repository.open(store, { masterKey: 'ab'.repeat(32) })).rejects.toMatchObject({
    code: 'WRONG_PASSPHRASE',
  })
  await expect(repository.keys.remove(added)).rejects.toMatchObject({ code: 'LAST_KEY_SLOT' })
  expect(await repository.keys.remove(added, { lastSlot: DESTROY_ALL_DATA })).toBe(added)
  await expect(Repository.open(store, { masterKey: 'ef'.repeat(32) })).rejects.toMatchObject({
    code: 'WRONG_PASSPHRASE',
  })
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
