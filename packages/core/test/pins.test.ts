import { describe, expect, it } from 'vitest'
import { deriveFileKey } from '../src/encryption/repository-keys.ts'
import { encodeSealedDocument } from '../src/format/sealed-document-codec.ts'
import type { ObjectStore } from '../src/ports/object-store.ts'
import type { OpenedObjectRepository } from '../src/repository/open-object-repository.ts'
import { Repository } from '../src/repository.ts'
import { alter, keysOf, onlyKey, reopen, storeWith, system } from './object-layer.ts'
import { ManualClock } from './support/memory-database.ts'
import { contextOf, openRepository } from './support/memory-repository.ts'
import { dayInMarch, idOf, storeOf } from './support/stored-manifests.ts'

const four = [1, 2, 3, 4].map((day) => dayInMarch(`${day}`, day))
const one = idOf('1')
const policy = { keepLast: 1 }

const kept = async (store: ObjectStore): Promise<string> =>
  (await (await openRepository(store)).list()).map(({ id }) => id.charAt(0)).join('')

/** A repository whose clock stands at the beginning of April 2026. */
async function inApril(store?: ObjectStore) {
  const clock = new ManualClock(new Date('2026-04-01T00:00:00.000Z'))
  const there = store ?? (await storeOf(four))
  return { store: there, clock, repository: await Repository.open(there, { ...system('april'), clock }) }
}

describe('a pinned snapshot', () => {
  it('is passed over by policies and refused by name, until it is unpinned', async () => {
    const { store, repository } = await inApril()
    const pin = await repository.pin('1', { reason: 'before the move' })
    const expected = { snapshot: one, pinned: '2026-04-01T00:00:00.000Z', reason: 'before the move', readable: true }
    expect(pin).toEqual(expected)
    expect(await (await openRepository(store)).pins()).toEqual([expected])
    await expect(repository.forget({ snapshots: ['1', '2'], allowLast: true })).rejects.toMatchObject({
      code: 'SNAPSHOT_PINNED',
      data: { snapshot: one },
    })
    const { decisions } = await repository.forget({ policy })
    expect(decisions.at(-1)).toMatchObject({ keep: true, reasons: [{ rule: 'pinned', detail: 'before the move' }] })
    expect(await kept(store)).toBe('41')
    expect(await repository.unpin('1')).toBe(true)
    expect(await repository.unpin('1')).toBe(false)
    expect(await repository.pins()).toEqual([])
    expect((await repository.forget({ policy })).forgotten).toEqual([one])
  })

  it('is held until the time that was named, and its file goes with it', async () => {
    const { store, clock, repository } = await inApril()
    expect((await repository.pin('1', { until: '30d' })).until).toBe('2026-05-01T00:00:00.000Z')
    expect((await repository.pin('2', { until: '2026-04-03', reason: 'x' })).until).toBe('2026-04-03T00:00:00.000Z')
    expect((await repository.pin('3', { until: new Date('2026-04-02T00:00:00Z') })).until).toMatch(/^2026-04-02T/)
    const report = await repository.forget({ policy, dryRun: true })
    expect(report.decisions[2]?.reasons).toEqual([{ rule: 'pinned', detail: 'x, until 2026-04-03T00:00:00.000Z' }])
    expect(report.forgotten).toEqual([])
    clock.advance(2 * 86_400_000)
    expect((await repository.pins()).map(({ snapshot }) => snapshot)).toEqual([one])
    expect((await repository.forget({ policy })).forgotten).toEqual([idOf('2'), idOf('3')])
    expect(await keysOf(store, 'pins/')).toEqual([expect.stringContaining(`pins/${one}-`)])
  })

  it('may be pinned anew: the last pin is the one that holds', async () => {
    const { store, clock, repository } = await inApril()
    await repository.pin('1')
    await repository.pin('1', { until: '1d' })
    expect(await repository.pins()).toHaveLength(1)
    expect(await onlyKey(store, 'pins/')).toContain(one)
    await repository.pin('2')
    expect((await repository.pins()).map(({ snapshot }) => snapshot)).toEqual([idOf('2'), one])
    await repository.pin('1', { until: '1d' })
    expect((await repository.pins()).map(({ snapshot }) => snapshot)).toEqual([idOf('2'), one])
    clock.advance(86_400_000)
    expect((await repository.pins()).map(({ snapshot }) => snapshot)).toEqual([idOf('2')])
  })

  it.each<[string, { until?: Date | string; reason?: string }]>([
    ['an end that has passed', { until: '2026-03-31' }],
    ['an end now', { until: new Date('2026-04-01T00:00:00.000Z') }],
    ['an end that is no time', { until: '2026-13-01' }],
    ['an end that is nothing', { until: 'soon' }],
    ['an end too far', { until: '9999y' }],
    ['no reason', { reason: ' ' }],
    ['a long reason', { reason: 'x'.repeat(201) }],
    ['a reason of two lines', { reason: 'a\nb' }],
  ])('is not pinned with %s', async (_, options) => {
    const { store, repository } = await inApril()
    await expect(repository.pin('1', options)).rejects.toMatchObject({ code: 'USAGE' })
    expect(await keysOf(store, 'pins/')).toEqual([])
  })

  it('must be there', async () => {
    const { store, repository } = await inApril()
    await expect(repository.pin('9')).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
    await expect(repository.pin({ id: idOf('9') })).rejects.toMatchObject({
      code: 'UNKNOWN_SNAPSHOT',
      message: expect.stringContaining('meanwhile'),
    })
    expect(await keysOf(store, 'pins/')).toEqual([])
  })
})

describe('a pin that cannot be read', () => {
  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['is cut', (bytes) => bytes.subarray(0, -1)],
    ['is longer', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['is empty', () => Buffer.alloc(0)],
    ['is newer', (bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.from([2]), bytes.subarray(5)])],
  ])('because it %s pins all the same, and can be taken away', async (_, change) => {
    const { store, repository } = await inApril()
    await repository.pin('1', { until: '1d' })
    await alter(store, await onlyKey(store, 'pins/'), change)
    const { repository: later, clock } = await inApril(store)
    clock.advance(365 * 86_400_000)
    expect(await later.pins()).toEqual([{ snapshot: one, readable: false }])
    const { decisions } = await later.forget({ policy, dryRun: true })
    expect(decisions.at(-1)?.reasons).toEqual([{ rule: 'pinned', detail: 'its pin cannot be read' }])
    await expect(later.forget({ snapshots: ['1'] })).rejects.toMatchObject({ code: 'SNAPSHOT_PINNED' })
    expect(await later.unpin('1')).toBe(true)
    expect((await later.forget({ snapshots: ['1'] })).forgotten).toEqual([one])
  })

  it('because it was made for another snapshot, or holds something else, pins too; other files do not', async () => {
    const { store, repository } = await inApril()
    await repository.pin('1')
    const name = await onlyKey(store, 'pins/')
    await store.put(name.replace(one, idOf('2')), [await store.get(name)])
    const { context } = (await reopen(store)) as OpenedObjectRepository
    const fileId = Buffer.alloc(16, 7)
    const other = `pins/${idOf('3')}-${fileId.toString('hex')}`
    const key = deriveFileKey(context.keys.manifest, fileId, 'manifest file')
    const file = { magic: 'DBSH' as const, key, repositoryId: context.repositoryId, fileId, name: other }
    await store.put(other, encodeSealedDocument(file, [{ snapshot: idOf('3'), pinned: 'once' }], context.randomness))
    await store.put('pins/readme.txt', [])
    await store.put(`pins/${idOf('4')}`, [])
    expect((await repository.pins()).map(({ snapshot, readable }) => [snapshot.charAt(0), readable])).toEqual([
      ['3', false],
      ['2', false],
      ['1', true],
    ])
  })

  it('because the store fails is no pin: nothing is forgotten', async () => {
    const { store, repository } = await inApril()
    await repository.pin('1')
    for (const failure of [
      new Error('unplugged'),
      Object.assign(new Error('denied'), { code: 'STORE_DENIED', hint: '' }),
    ]) {
      const failing = storeWith(store, {
        get: (key, options) => (key.startsWith('pins/') ? Promise.reject(failure) : store.get(key, options)),
      })
      const { repository: unlucky } = await inApril(failing)
      await expect(unlucky.forget({ policy })).rejects.toBe(failure)
    }
    expect(await kept(store)).toBe('4321')
  })

  it('because it was taken away while it was looked for is none', async () => {
    const { store, repository } = await inApril()
    await repository.pin('1')
    const hooked = storeWith(store, {
      get: async (key, options) => {
        if (key.startsWith('pins/')) await store.delete(key)
        return store.get(key, options)
      },
    })
    expect(await (await inApril(hooked)).repository.pins()).toEqual([])
  })
})

describe('pinning while others forget', () => {
  it('is refused from when they announce themselves to their end, and leaves no pin', async () => {
    const { store, repository } = await inApril()
    const refusals: unknown[] = []
    const hooked = storeWith(store, {
      delete: async (key) => {
        if (key === `snapshots/${one}`) refusals.push(await repository.pin('2').catch((error: unknown) => error))
        return store.delete(key)
      },
    })
    const { repository: forgetting } = await inApril(hooked)
    expect((await forgetting.forget({ snapshots: ['1', '2'] })).forgotten).toEqual([one, idOf('2')])
    expect(refusals).toMatchObject([{ code: 'STORE_FAILED', retryable: true }])
    expect(await keysOf(store, 'pins/')).toEqual([])
    expect(await kept(store)).toBe('43')
  })

  it('before they announce themselves holds', async () => {
    const { store, repository } = await inApril()
    const hooked = storeWith(store, {
      put: async (key, body, options) => {
        if (key.startsWith('writers/')) await repository.pin('2')
        return store.put(key, body, options)
      },
    })
    expect((await (await inApril(hooked)).repository.forget({ policy })).forgotten).toEqual([one, idOf('3')])
    expect(await kept(store)).toBe('42')
  })

  it('is allowed beside whoever else is at work, and by the clock of this machine where its own file is gone', async () => {
    const { store, repository } = await inApril()
    const { objects } = await contextOf(store)
    const writer = await objects.openWriter()
    await repository.pin('1')
    const hooked = storeWith(store, {
      stat: async (key) => (key.startsWith('pins/') ? undefined : store.stat(key)),
    })
    await (await inApril(hooked)).repository.pin('2')
    await writer.close()
    expect(await repository.pins()).toHaveLength(2)
  })

  it('after another process has forgotten it, one is told', async () => {
    const { store } = await inApril()
    const hooked = storeWith(store, {
      put: async (key, body, options) => {
        if (key.startsWith('pins/')) await (await openRepository(store)).forget({ snapshots: ['1'] })
        return store.put(key, body, options)
      },
    })
    const { repository } = await inApril(hooked)
    await expect(repository.pin('1')).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
    expect(await keysOf(store, 'pins/')).toEqual([])
  })

  it('two forgets at once: each is quiet about what the other has taken', async () => {
    const { store } = await inApril()
    const hooked = storeWith(store, {
      delete: async (key) => {
        if (key.startsWith('snapshots/')) await (await openRepository(store)).forget({ policy })
        return store.delete(key)
      },
    })
    expect((await (await inApril(hooked)).repository.forget({ policy })).forgotten).toHaveLength(3)
    expect(await kept(store)).toBe('4')
  })
})
