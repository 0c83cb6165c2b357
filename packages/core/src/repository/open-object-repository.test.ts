import { describe, expect, it } from 'vitest'
import { alter, create, keysOf, onlyKey, QUICK_SCRYPT, reopen, storeWith, system } from '../../test/object-layer.ts'
import { PassphraseKeyProvider } from '../encryption/index.ts'
import type { KeyProvider } from '../ports/key-provider.ts'
import { memory } from '../stores/memory-store.ts'
import { createObjectRepository, openObjectRepository } from './index.ts'

function withPassphrase(passphrase: string): ReturnType<typeof system> {
  const { randomness, clock } = system('other')
  return {
    randomness,
    clock,
    keyProvider: new PassphraseKeyProvider(passphrase, { randomness, parameters: QUICK_SCRYPT }),
  }
}

function withoutProvider(seed: string): Omit<ReturnType<typeof system>, 'keyProvider'> {
  const { clock, randomness } = system(seed)
  return { clock, randomness }
}

describe('creating a repository', () => {
  it('makes a slot and a config, and nothing else', async () => {
    const store = memory()
    const repository = await create(store)
    expect((await keysOf(store)).map((key) => key.replace(/[0-9a-f]{32}/, '…'))).toEqual(['config', 'keys/…'])
    expect(repository.encrypted).toBe(true)
    expect(repository.id).toMatch(/^[0-9a-f]{32}$/)
    expect(repository.splitSeed).toHaveLength(32)
    const again = await reopen(store)
    expect([again.id, again.splitSeed, again.compression]).toEqual([
      repository.id,
      repository.splitSeed,
      { algorithm: 'zstd', level: 1 },
    ])
    await again.close()
  })

  it('never touches one that is there', async () => {
    const store = memory()
    await create(store)
    const before = await keysOf(store)
    await expect(create(store)).rejects.toMatchObject({ code: 'REPOSITORY_EXISTS' })
    expect(await keysOf(store)).toEqual(before)
  })

  it('of two at once lets one win, and the other leaves nothing', async () => {
    const store = memory()
    const both = [createObjectRepository(store, system('a')), createObjectRepository(store, system('b'))]
    const results = await Promise.allSettled(both)
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const lost = results.find((result) => result.status === 'rejected')
    expect(lost?.reason).toMatchObject({ code: 'REPOSITORY_EXISTS' })
    expect(await keysOf(store, 'keys/')).toHaveLength(1)
    await reopen(store)
  })

  it('exists where only the answer to its last step was lost', async () => {
    const store = memory()
    const lost = storeWith(store, {
      put: async (key, body, options) => {
        await store.put(key, body, options)
        if (key === 'config') throw new Error('unplugged')
      },
    })
    const { id } = await create(lost)
    expect((await reopen(store)).id).toBe(id)
    expect(await keysOf(store, 'keys/')).toHaveLength(1)
  })

  it('leaves its slot where nobody knows whether it exists', async () => {
    const store = memory()
    const dead = storeWith(store, {
      put: async (key, body, options) => {
        await store.put(key, body, options)
        if (key === 'config') throw new Error('unplugged')
      },
      get: () => Promise.reject(new Error('still unplugged')),
    })
    await expect(create(dead)).rejects.toThrow('unplugged')
    await reopen(store)
  })

  it('leaves no slot behind where the config cannot be written', async () => {
    const store = memory()
    const failing = storeWith(store, {
      put: (key, ...rest) => (key === 'config' ? Promise.reject(new Error('no')) : store.put(key, ...rest)),
    })
    await expect(create(failing)).rejects.toThrow('no')
    expect(await keysOf(store)).toEqual([])
  })

  it('wants a passphrase or plain words, not both', async () => {
    await expect(createObjectRepository(memory(), withoutProvider('x'))).rejects.toMatchObject({ code: 'USAGE' })
    const both = { ...system('x'), unencrypted: true }
    await expect(createObjectRepository(memory(), both)).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('an unencrypted repository', () => {
  it('is opened without a secret, and never with one', async () => {
    const store = memory()
    const made = await createObjectRepository(store, { ...withoutProvider('x'), unencrypted: true })
    expect(made.encrypted).toBe(false)
    const opened = await openObjectRepository(store, withoutProvider('y'))
    expect([opened.encrypted, opened.splitSeed]).toEqual([false, made.splitSeed])
    await expect(reopen(store)).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('is not opened by a slot of another kind', async () => {
    const store = memory()
    await createObjectRepository(store, { ...withoutProvider('x'), unencrypted: true })
    await alter(store, await onlyKey(store, 'keys/'), (bytes) => Buffer.from(bytes.toString().replace('none', 'some')))
    await expect(openObjectRepository(store, withoutProvider('y'))).rejects.toMatchObject({ code: 'DAMAGED' })
  })
})

describe('opening a repository', () => {
  it('tells apart: none, encrypted, wrong passphrase', async () => {
    await expect(reopen(memory())).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
    const store = memory()
    await create(store)
    const failures = [
      openObjectRepository(store, withoutProvider('x')),
      openObjectRepository(store, withPassphrase('open says me')),
    ]
    for (const failure of failures) await expect(failure).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
  })

  it('passes on what a store says', async () => {
    const store = memory()
    const failing = storeWith(store, { get: () => Promise.reject(new Error('unplugged')) })
    await expect(reopen(failing)).rejects.toThrow('unplugged')
  })

  it('ignores slots that a cut-off creation left, and files that are none', async () => {
    const store = memory()
    const failing = storeWith(store, {
      put: (key, ...rest) => (key === 'config' ? Promise.reject(new Error('power')) : store.put(key, ...rest)),
      delete: () => Promise.reject(new Error('power')),
    })
    await expect(createObjectRepository(failing, system('cut'))).rejects.toThrow('power')
    await store.put('keys/readme.txt', [Buffer.from('hello')])
    await create(store)
    expect(await keysOf(store, 'keys/')).toHaveLength(3)
    await reopen(store)
  })

  it('believes no config that its key does not vouch for', async () => {
    const store = memory()
    await create(store)
    await alter(store, 'config', (bytes) => Buffer.from(bytes.toString().replace('"level":1', '"level":9')))
    await expect(reopen(store)).rejects.toMatchObject({ code: 'DAMAGED' })
  })

  it('takes no key of another length', async () => {
    const store = memory()
    await create(store)
    const keyProvider: KeyProvider = {
      provider: 'odd',
      wrap: () => Promise.reject(new Error('unused')),
      unwrap: async () => Buffer.alloc(16),
    }
    const options = { ...withoutProvider('x'), keyProvider }
    await expect(openObjectRepository(store, options)).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
  })

  it('refuses a newer format before anything else', async () => {
    const store = memory()
    await create(store)
    await alter(store, 'config', (bytes) => Buffer.from(bytes.toString().replace('"format":1', '"format":2')))
    await expect(reopen(store)).rejects.toMatchObject({ code: 'NEWER_FORMAT', data: { found: 2, known: 1 } })
  })
})
