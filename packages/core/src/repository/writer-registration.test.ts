import { describe, expect, it } from 'vitest'
import { alter, create, keysOf, manifest, reopen, storeWith } from '../../test/object-layer.ts'
import { ManualClock } from '../../test/support/memory-database.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { memory } from '../stores/memory-store.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'
import type { RepositoryContext } from './repository-context.ts'
import { declareDead, listWriters } from './writer-list.ts'
import { WriterRegistration } from './writer-registration.ts'

const MINUTE = 60_000

/** A repository whose writers and store go by one clock that the test moves; leases of an hour. */
async function withClock(replaced: Partial<ObjectStore> = {}) {
  const clock = new ManualClock()
  const inner = memory({ clock })
  await create(inner)
  const store = storeWith(inner, replaced)
  const repository = (await reopen(store)) as OpenedObjectRepository
  const process = { host: 'db-1.example', pid: 77 }
  const context: RepositoryContext = { ...repository.context, clock, process }
  return { clock, store, context, repository }
}

/** Resolves when the registration sleeps again. */
async function untilAsleep(clock: ManualClock): Promise<void> {
  while (clock.sleepers === 0) await new Promise((resolve) => setImmediate(resolve))
}

describe('a registration', () => {
  it('says who it is, sealed, and that it is alive, six times a lease', async () => {
    const { clock, store, context } = await withClock()
    const registration = await WriterRegistration.begin(context, 'copy')
    const key = `writers/${registration.id}`
    expect((await store.get(key)).includes('db-1.example')).toBe(false)
    const facts = { operation: 'copy', host: 'db-1.example', pid: 77, lease: 60 * MINUTE }
    for (let sign = 0; sign < 20; sign++) {
      expect(await listWriters(context, clock.now())).toMatchObject([{ ...facts, silent: 0, expired: false }])
      clock.advance(10 * MINUTE)
      await untilAsleep(clock)
    }
    await registration.require()
    await registration.end()
    expect(await keysOf(store, 'writers/')).toEqual([])
  })

  it('counts as dead when it is silent for longer than its lease, or than ours where it cannot be read', async () => {
    const { clock, store, context } = await withClock()
    const registration = await WriterRegistration.begin({ ...context, writerLease: 90 * MINUTE }, 'take')
    await store.put(`writers/${'5'.repeat(32)}`, [Buffer.from('nobody')])
    await store.put('writers/readme.txt', [])
    const later = (minutes: number) => new Date(clock.now().getTime() + minutes * MINUTE)
    const expired = async (minutes: number) =>
      (await listWriters(context, later(minutes))).map(({ expired }) => expired).sort()
    expect(await expired(60)).toEqual([false, false])
    expect(await expired(61)).toEqual([false, true])
    expect(await expired(91)).toEqual([true, true])
    await registration.end()
  })

  it('does not come back once it was declared dead, and its name stays closed', async () => {
    const { clock, store, context, repository } = await withClock()
    const registration = await WriterRegistration.begin(context, 'take')
    await declareDead(context, registration.id)
    clock.advance(10 * MINUTE)
    await untilAsleep(clock)
    await expect(registration.require()).rejects.toMatchObject({ code: 'STORE_FAILED' })
    const publishing = repository.snapshots.put(manifest(registration.id, '2026-01-01T00:00:00.000Z'))
    await expect(publishing).rejects.toMatchObject({ code: 'STORE_FAILED', message: /declared this writer dead/ })
    await registration.end()
    await declareDead(context, registration.id)
    expect(await keysOf(store, 'writers/')).toEqual([])
    expect(await repository.snapshots.list()).toEqual({ snapshots: [], damaged: [] })
    await expect(repository.snapshots.load(registration.id)).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
  })

  it('is gone where a late sign of life has brought its file back', async () => {
    const { store, context } = await withClock()
    const registration = await WriterRegistration.begin(context, 'prune')
    const key = `writers/${registration.id}`
    const sign = await store.get(key)
    await declareDead(context, registration.id)
    await store.put(key, [sign])
    await expect(registration.require()).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await registration.end()
  })

  it('that has published in time keeps what it published', async () => {
    const { context, repository } = await withClock()
    const registration = await WriterRegistration.begin(context, 'take')
    await repository.snapshots.put(manifest(registration.id, '2026-01-01T00:00:00.000Z'))
    await declareDead(context, registration.id)
    expect((await repository.snapshots.list()).snapshots).toMatchObject([{ id: registration.id }])
    await registration.end()
  })

  it('survives a sign that is lost', async () => {
    let lost = 0
    const store = memory()
    const { clock, context } = await withClock({
      stat: async (key) => (lost++ === 0 ? Promise.reject(new Error('unplugged')) : store.stat(key)),
    })
    const registration = await WriterRegistration.begin(context, 'take')
    clock.advance(10 * MINUTE)
    await untilAsleep(clock)
    expect(lost).toBe(1)
    await registration.end()
  })

  it('cannot be declared dead where its name cannot be closed', async () => {
    const { context, store } = await withClock()
    const registration = await WriterRegistration.begin(context, 'take')
    const full = { ...context, store: storeWith(store, { put: () => Promise.reject(new Error('full')) }) }
    await expect(declareDead(full, registration.id)).rejects.toThrow('full')
    expect(await keysOf(store, 'writers/')).toHaveLength(1)
    await registration.end()
  })

  it('a manifest that cannot be put fails with what the store says', async () => {
    const { repository } = await withClock({ put: () => Promise.reject(new Error('full')) })
    const publishing = repository.snapshots.put(manifest('5'.repeat(32) as never, '2026-01-01T00:00:00.000Z'))
    await expect(publishing).rejects.toThrow('full')
  })

  it('facts that cannot be read because the store fails are no dead writer', async () => {
    const { context, store } = await withClock()
    const registration = await WriterRegistration.begin(context, 'take')
    const failing = { ...context, store: storeWith(store, { get: () => Promise.reject(new Error('unplugged')) }) }
    await expect(listWriters(failing, new Date())).rejects.toThrow('unplugged')
    await alter(store, `writers/${registration.id}`, (bytes) => bytes.subarray(0, 20))
    expect(await listWriters(context, context.clock.now())).toEqual([
      { id: registration.id, silent: 0, expired: false },
    ])
    await registration.end()
  })
})
