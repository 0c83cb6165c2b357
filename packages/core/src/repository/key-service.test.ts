import { describe, expect, it } from 'vitest'
import { create, keysOf, system } from '../../test/object-layer.ts'
import { KeyServiceFailedError } from '../errors/key-service-failed-error.ts'
import type { KeyProvider, KeySlotPlace, WrappedKey } from '../ports/key-provider.ts'
import { memory } from '../stores/memory-store.ts'
import { createObjectRepository, openObjectRepository } from './index.ts'

/** What a key management service does, in this process: it keeps the key and hands out a token, bound to a slot. */
class KeyService implements KeyProvider {
  readonly provider = 'service'
  readonly asked: KeySlotPlace[] = []
  failure: Error | undefined
  readonly #keys = new Map<string, Buffer>()

  async wrap(key: Uint8Array, place: KeySlotPlace): Promise<WrappedKey> {
    this.#keys.set(JSON.stringify(place), Buffer.from(key))
    return { provider: this.provider, parameters: { keyId: 'service/1' }, wrapped: 'AAAA' }
  }

  async unwrap(slot: WrappedKey, place: KeySlotPlace): Promise<Buffer | undefined> {
    if (slot.provider !== this.provider) return undefined
    this.asked.push(place)
    if (this.failure !== undefined) throw this.failure
    const key = this.#keys.get(JSON.stringify(place))
    return key && Buffer.from(key)
  }
}

const UNPLUGGED = new KeyServiceFailedError('the service does not answer', { hint: 'Plug it in.' })

describe('a key management service', () => {
  it('gets the repository and the slot that it wraps for, and the same again to unwrap', async () => {
    const store = memory()
    const service = new KeyService()
    const { id } = await createObjectRepository(store, { ...system('made'), keyProvider: service })
    const [first] = (await keysOf(store, 'keys/')).map((key) => key.slice('keys/'.length))
    const opened = await openObjectRepository(store, { ...system('opened'), keyProvider: service })
    const added = await opened.keys.add(service, 'another')
    expect(service.asked).toEqual([
      { repository: id, slot: first },
      { repository: id, slot: added },
    ])
    expect((await opened.keys.list()).map(({ provider, keyId, weak }) => ({ provider, keyId, weak }))).toEqual([
      { provider: 'service', keyId: 'service/1', weak: false },
      { provider: 'service', keyId: 'service/1', weak: false },
    ])
  })

  it('opens no slot that was copied into another one', async () => {
    const store = memory()
    const service = new KeyService()
    await createObjectRepository(store, { ...system('made'), keyProvider: service })
    const [slot] = await keysOf(store, 'keys/')
    await store.put(`keys/${'0'.repeat(32)}`, [await store.get(slot as string)])
    await store.delete(slot as string)
    const opening = openObjectRepository(store, { ...system('opened'), keyProvider: service })
    await expect(opening).rejects.toThrow('opens with this key of service')
  })

  it('that fails locks nobody out who has another secret', async () => {
    const store = memory()
    const service = new KeyService()
    const { keys } = await create(store)
    for (const label of ['one', 'two']) await keys.add(service, label)
    service.asked.length = 0
    service.failure = UNPLUGGED
    const { keyProvider: passphrase, ...others } = system('opened')
    const opened = await openObjectRepository(store, { ...others, keyProvider: [service, passphrase] })
    expect((await opened.keys.list()).find(({ current }) => current)?.provider).toBe('passphrase')
    service.asked.length = 0
    await expect(openObjectRepository(store, { ...others, keyProvider: service })).rejects.toBe(UNPLUGGED)
    // Each question may take as long as its retries.
    expect(service.asked).toHaveLength(1)
  })
})
