import { describe, expect, it } from 'vitest'
import { alter, create, keysOf, QUICK_SCRYPT, reopen, storeWith, system } from '../../test/object-layer.ts'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { DEFAULT_ARGON2ID, PassphraseKeyProvider, type PassphraseParameters } from '../encryption/index.ts'
import { RandomSecretKeyProvider } from '../encryption/random-secret-key-provider.ts'
import { StoreDeniedError } from '../errors/store-denied-error.ts'
import type { KeyProvider, WrappedKey } from '../ports/key-provider.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { memory } from '../stores/memory-store.ts'
import { createObjectRepository, type ObjectRepository, openObjectRepository } from './index.ts'
import { isWeak } from './key-slot-info.ts'

function passphrase(text: string, parameters: PassphraseParameters = QUICK_SCRYPT): PassphraseKeyProvider {
  return new PassphraseKeyProvider(text, { randomness: seededRandomness(text), parameters })
}

function masterKey(byte: number): RandomSecretKeyProvider {
  return new RandomSecretKeyProvider('master-key', Buffer.alloc(32, byte), { randomness: seededRandomness(`${byte}`) })
}

function openWith(store: ObjectStore, keyProvider: KeyProvider): Promise<ObjectRepository> {
  return openObjectRepository(store, { ...system(`with ${keyProvider.provider}`), keyProvider })
}

async function opens(store: ObjectStore, keyProvider: KeyProvider): Promise<boolean> {
  return openWith(store, keyProvider).then(
    () => true,
    () => false,
  )
}

describe('key slots', () => {
  it('can be added, and each opens the same repository', async () => {
    const store = memory()
    const repository = await create(store)
    const before = (await keysOf(store)).filter((key) => !key.startsWith('keys/'))
    const id = await repository.keys.add(masterKey(1), 'the night job')
    const other = await openWith(store, masterKey(1))
    expect(other.splitSeed).toEqual(repository.splitSeed)
    expect(await other.keys.list()).toMatchObject([
      { provider: 'passphrase', state: 'sound', weak: true, current: false },
      { id, provider: 'master-key', label: 'the night job', state: 'sound', weak: false, current: true },
    ])
    expect((await keysOf(store)).filter((key) => !key.startsWith('keys/'))).toEqual(before)
  })

  it('can be changed without a byte of data being written', async () => {
    const store = memory()
    const repository = await create(store)
    const written: string[] = []
    const watched = storeWith(store, {
      put: (key, ...rest) => {
        written.push(key)
        return store.put(key, ...rest)
      },
    })
    const opened = await reopen(watched)
    const { added, removed } = await opened.keys.rotate(undefined, passphrase('a new one'))
    expect(written.map((key) => key.split('/')[0])).toEqual(['keys', 'key-removals'])
    expect(await keysOf(store, 'key')).toEqual([`keys/${added}`])
    expect(removed).not.toBe(added)
    await expect(reopen(store)).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
    expect((await openWith(store, passphrase('a new one'))).splitSeed).toEqual(repository.splitSeed)
  })

  it('keep their label when they are rotated, and are named by it, by an id and by a prefix', async () => {
    const store = memory()
    const { keys } = await create(store)
    const first = await keys.add(masterKey(1), 'ci')
    const { added, removed } = await keys.rotate('ci', masterKey(2))
    expect([removed, (await keys.list()).find(({ id }) => id === added)?.label]).toEqual([first, 'ci'])
    expect(await keys.remove(added.slice(0, 6))).toBe(added)
    for (const name of ['ci', 'abc', 'ffff', '']) {
      await expect(keys.remove(name)).rejects.toMatchObject({ code: 'UNKNOWN_KEY_SLOT' })
    }
    await keys.add(masterKey(3), 'twice')
    await keys.add(masterKey(4), 'twice')
    await expect(keys.remove('twice')).rejects.toThrow('several key slots')
  })

  it('have labels of one short line', async () => {
    const { keys } = await create(memory())
    for (const label of ['', ' ', 'a\nb', 'x'.repeat(101)]) {
      await expect(keys.add(masterKey(1), label)).rejects.toMatchObject({ code: 'USAGE' })
    }
  })

  it('keep the last one, until it is asked for in so many words', async () => {
    const store = memory()
    const repository = await create(store)
    const { keys } = repository
    const [slot] = await keys.list()
    const id = slot?.id as string
    const before = await keysOf(store)
    await expect(keys.remove(id)).rejects.toMatchObject({ code: 'LAST_KEY_SLOT', hint: /destroy-all-data/ })
    expect(await keysOf(store)).toEqual(before)
    await keys.remove(id, true)
    expect(await keysOf(store, 'key')).toEqual([])
    for (const provider of [system('x').keyProvider, masterKey(1)]) expect(await opens(store, provider)).toBe(false)
  })

  it('that are damaged do not count, and a check names them', async () => {
    const store = memory()
    const repository = await create(store)
    const { keys } = repository
    const [slot] = await keys.list()
    const added = await keys.add(masterKey(1), 'spare')
    await alter(store, `keys/${added}`, (bytes) => Buffer.from(bytes.toString().replace('spare', 'sqare')))
    await expect(keys.remove(slot?.id as string)).rejects.toMatchObject({ code: 'LAST_KEY_SLOT' })
    await store.put(`keys/${'0'.repeat(32)}`, [Buffer.from('nothing')])
    expect((await keys.list()).map(({ provider, state }) => `${provider} ${state}`).sort()).toEqual([
      'master-key damaged',
      'passphrase sound',
      'unknown damaged',
    ])
    const { damage, notes } = await repository.check()
    expect(damage.map(({ file }) => file).sort()).toEqual([`keys/${'0'.repeat(32)}`, `keys/${added}`].sort())
    expect(notes.map(({ code }) => code)).toEqual(['WEAK_KEY_SLOT'])
    await keys.remove(added)
  })

  it('of another repository, and files that are none, are not among them', async () => {
    const store = memory()
    const other = memory()
    await createObjectRepository(other, system('other'))
    const [foreign] = await keysOf(other, 'keys/')
    const repository = await create(store)
    await store.put(foreign as string, [await other.get(foreign as string)])
    await store.put('keys/readme.txt', [Buffer.from('hello')])
    await store.put('key-removals/readme.txt', [Buffer.from('hello')])
    expect(await repository.keys.list()).toHaveLength(1)
  })

  it('that go while they are read are gone', async () => {
    const store = memory()
    const repository = await create(store)
    const going = await repository.keys.add(masterKey(1))
    const racing = storeWith(store, {
      get: async (key, options) => {
        if (key.endsWith(going)) await store.delete(key)
        return store.get(key, options)
      },
    })
    expect(await (await reopen(racing)).keys.list()).toHaveLength(1)
    const failing = storeWith(store, {
      get: (key, options) =>
        key.startsWith('keys/') ? Promise.reject(new Error('unplugged')) : store.get(key, options),
    })
    await expect(reopen(failing)).rejects.toThrow('unplugged')
  })

  it('of an unencrypted repository cannot be changed', async () => {
    const { clock, randomness } = system('x')
    const repository = await createObjectRepository(memory(), { clock, randomness, unencrypted: true })
    await expect(repository.keys.add(masterKey(1))).rejects.toMatchObject({ code: 'USAGE' })
    expect(await repository.keys.list()).toMatchObject([{ provider: 'none', weak: true, current: true }])
    expect((await repository.check()).notes.map(({ code }) => code)).toEqual(['UNENCRYPTED'])
  })

  it('that do not open as they lie in the store are reported, and nothing is removed for them', async () => {
    const store = memory()
    const { keys } = await create(store)
    const broken: KeyProvider = {
      provider: 'broken',
      wrap: async (): Promise<WrappedKey> => ({ provider: 'broken', parameters: {}, wrapped: 'AAAA' }),
      unwrap: async () => undefined,
    }
    await expect(keys.rotate(undefined, broken)).rejects.toMatchObject({ code: 'DAMAGED' })
    await reopen(store)
    const losing = storeWith(store, {
      put: (key, body, options) => store.put(key, key.startsWith('keys/') ? [Buffer.from('?')] : body, options),
    })
    await expect((await reopen(losing)).keys.add(masterKey(1))).rejects.toMatchObject({ code: 'DAMAGED' })
  })

  it('whose removal was cut off are not counted on, and the removal can be ended', async () => {
    const store = memory()
    const repository = await create(store)
    const [slot] = await repository.keys.list()
    const added = await repository.keys.add(masterKey(1))
    const undeletable = storeWith(store, {
      delete: (key) => Promise.reject(new StoreDeniedError(`${key} stays`, { hint: 'A test wants it.' })),
    })
    const appendOnly = await reopen(undeletable)
    await expect(appendOnly.keys.remove(added)).rejects.toMatchObject({ code: 'STORE_DENIED' })
    expect((await repository.keys.list()).map(({ state }) => state).sort()).toEqual(['removing', 'sound'])
    expect((await repository.check()).notes.map(({ code }) => code)).toContain('UNFINISHED_KEY_REMOVAL')
    await expect(repository.keys.remove(slot?.id as string)).rejects.toMatchObject({
      code: 'LAST_KEY_SLOT',
      message: expect.stringContaining('being removed as well'),
    })
    expect(await repository.keys.remove(added)).toBe(added)
    expect(await keysOf(store, 'key')).toEqual([`keys/${slot?.id}`])
  })

  it('are weak where guessing is cheaper than by default', () => {
    const weak = (provider: string, parameters: WrappedKey['parameters']): boolean =>
      isWeak({ repository: '', provider, parameters, wrapped: '' })
    const scrypt = { algorithm: 'scrypt', N: 2 ** 17, r: 8, p: 1 }
    const argon = { ...DEFAULT_ARGON2ID }
    expect([
      weak('passphrase', scrypt),
      weak('passphrase', { ...scrypt, N: 2 ** 16 }),
      weak('passphrase', { ...scrypt, N: 2 ** 16, p: 2 }),
      weak('passphrase', argon),
      weak('passphrase', { ...argon, passes: 2 }),
      weak('passphrase', { ...argon, memoryKiB: 1024 }),
      weak('key-file', {}),
    ]).toEqual([false, true, false, false, true, true, false])
  })
})

describe('a new repository', () => {
  it('has a slot for each secret it was made with', async () => {
    const store = memory()
    const keyProvider = [passphrase('one'), masterKey(1)]
    await createObjectRepository(store, { ...system('x'), keyProvider })
    for (const provider of keyProvider) expect(await opens(store, provider)).toBe(true)
    expect(await opens(store, masterKey(2))).toBe(false)
    await expect(openWith(store, masterKey(2))).rejects.toThrow('opens with this master key')
    const unknown: KeyProvider = {
      ...masterKey(1),
      provider: 'vendor',
      unwrap: async () => undefined,
      wrap: async () => Promise.reject(),
    }
    await expect(openWith(store, unknown)).rejects.toThrow('opens with this key of vendor')
  })

  it('exists, with its slots, where only the answer to its last step was lost', async () => {
    const store = memory()
    const losing = storeWith(store, {
      put: async (key, ...rest) => {
        await store.put(key, ...rest)
        if (key === 'config') throw new Error('connection reset')
      },
    })
    await create(losing)
    await reopen(store)
  })
})
