import { describe, expect, it } from 'vitest'
import type { SnapshotManifest } from '../src/format/snapshot-manifest.ts'
import type { ObjectStore } from '../src/ports/object-store.ts'
import type { Repository } from '../src/repository.ts'
import { memory } from '../src/stores/memory-store.ts'
import { alter, keysOf, storeWith } from './object-layer.ts'
import { differences } from './support/differences.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'
import { dayInMarch, idOf, storeOf } from './support/stored-manifests.ts'

const source = (label: string): Pick<SnapshotManifest, 'source'> => ({
  source: { ...dayInMarch('0', 1).source, label },
})
const bad = { verification: { objects: 9, ok: false } }

/** Six days of a shop and one of a blog. */
const week = [
  ...[1, 2, 3, 4, 5, 6].map((day) => dayInMarch(`${day}`, day, day === 2 ? { tags: { release: '1' } } : {})),
  dayInMarch('b', 3, source('blog')),
]

/** First digits of the snapshots that are there, newest first. */
async function left(store: ObjectStore): Promise<string> {
  return (await (await openRepository(store)).list()).map(({ id }) => id.charAt(0)).join('')
}

const digits = (ids: readonly string[]): string => ids.map((id) => id.charAt(0)).join('')

describe('a policy', () => {
  it('forgets what it does not keep, and says of each snapshot why', async () => {
    const store = await storeOf(week)
    const repository = await openRepository(store)
    const policy = { keepLast: 2, keepTags: ['release'] }
    const plan = await repository.forget({ policy, dryRun: true })
    expect(plan.decisions.map(({ snapshot, keep, reasons }) => [snapshot.id.charAt(0), keep, reasons])).toEqual([
      ['6', true, [{ rule: 'last', detail: '1' }, { rule: 'lastGood' }]],
      ['5', true, [{ rule: 'last', detail: '2' }]],
      ['4', false, []],
      ['b', true, [{ rule: 'last', detail: '1' }, { rule: 'lastGood' }]],
      ['3', false, []],
      ['2', true, [{ rule: 'tag', detail: 'release' }]],
      ['1', false, []],
    ])
    expect(digits(plan.forgotten)).toBe('134')
    expect(await left(store)).toBe('654b321')
    expect(await repository.forget({ policy })).toEqual(plan)
    expect(await left(store)).toBe('65b2')
    expect(digits((await repository.list()).map(({ id }) => id))).toBe('65b2')
    expect((await repository.forget({ policy })).forgotten).toEqual([])
    await expect(repository.get({ id: idOf('1') })).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
  })

  it('is applied to some sources, and to what has some tags', async () => {
    const store = await storeOf(week)
    const repository = await openRepository(store)
    const policy = { keepLast: 1 }
    const decided = async (choice: { sources?: string[]; tags?: string[] }): Promise<string> =>
      digits(
        (await repository.forget({ policy, dryRun: true, ...choice })).decisions.map(({ snapshot }) => snapshot.id),
      )
    expect(await decided({ sources: ['blog'] })).toBe('b')
    expect(await decided({ tags: ['release=1', 'else'] })).toBe('2')
    expect(await decided({ sources: ['blog'], tags: ['release'] })).toBe('')
    await expect(decided({ sources: ['blog', 'shop'] })).rejects.toMatchObject({
      code: 'USAGE',
      data: { sources: ['localhost:5432/shop', 'blog'] },
    })
    // The last good one is not among those that are chosen: so none of them is it.
    expect(digits((await repository.forget({ policy: { keepTags: ['none'] }, tags: ['release'] })).forgotten)).toBe('2')
  })

  it('without a rule, or of an empty repository without a rule, is refused', async () => {
    for (const store of [await storeOf(week), await storeOf([])]) {
      await expect((await openRepository(store)).forget({ policy: {} })).rejects.toMatchObject({ code: 'USAGE' })
    }
    const empty = await openRepository(await storeOf([]))
    expect(await empty.forget({ policy: { keepLast: 1 } })).toEqual({ decisions: [], forgotten: [], damaged: [] })
  })

  it('never drops the last good snapshot of a source, unless that is said', async () => {
    const store = await storeOf([
      ...week.slice(0, 3),
      dayInMarch('c', 4),
      dayInMarch('d', 5, bad),
      dayInMarch('e', 6, { ...source('blog'), ...bad }),
      dayInMarch('f', 7, { ...source('blog'), ...bad }),
    ])
    // Its summary is whole; what it names is not.
    await alter(store, `snapshots/${idOf('c')}`, (bytes) => bytes.subarray(0, -1))
    const policy = { keepTags: ['nothing'] }
    const plan = await (await openRepository(store)).forget({ policy, dryRun: true })
    const kept = plan.decisions.filter(({ keep }) => keep)
    expect(digits(kept.map(({ snapshot }) => snapshot.id))).toBe('f3')
    expect((await (await openRepository(store)).forget({ policy, allowLast: true })).forgotten).toHaveLength(7)
    expect(await left(store)).toBe('')
  })

  it('leaves alone what cannot be read, and names it', async () => {
    const store = await storeOf(week)
    await alter(store, `snapshots/${idOf('1')}`, (bytes) => bytes.subarray(0, 60))
    const repository = await openRepository(store)
    const { damaged, forgotten } = await repository.forget({ policy: { keepLast: 1 } })
    expect([digits(damaged), digits(forgotten)]).toEqual(['1', '2345'])
    expect(await keysOf(store, 'snapshots/')).toContain(`snapshots/${idOf('1')}`)
  })
})

describe('what is named', () => {
  it('is forgotten, all or nothing', async () => {
    const store = await storeOf(week)
    const repository = await openRepository(store)
    const report = await repository.forget({ snapshots: ['1', 'blog:latest', { id: idOf('3') }], allowLast: true })
    expect(report.decisions.map(({ snapshot, keep }) => [snapshot.id.charAt(0), keep])).toEqual([
      ['b', false],
      ['3', false],
      ['1', false],
    ])
    expect(await left(store)).toBe('6542')
    await expect(repository.forget({ snapshots: ['4', '1'] })).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
    expect(await left(store)).toBe('6542')
    expect((await repository.forget({ snapshots: [{ id: idOf('1') }] })).forgotten).toEqual([])
    expect((await repository.forget({ snapshots: [] })).forgotten).toEqual([])
  })

  it('may not be the last good one of its source', async () => {
    const store = await storeOf([
      ...week,
      dayInMarch('7', 7, bad),
      dayInMarch('c', 2, { ...source('old'), ...bad }),
      dayInMarch('d', 3, { ...source('old'), ...bad }),
    ])
    const repository = await openRepository(store)
    const forget = (...snapshots: string[]) => repository.forget({ snapshots, dryRun: true })
    await expect(forget('b')).rejects.toMatchObject({ code: 'LAST_SNAPSHOT', data: { source: 'blog' } })
    await expect(forget('1', '2', '3', '4', '5', '6')).rejects.toMatchObject({ code: 'LAST_SNAPSHOT' })
    expect((await forget('2', '3', '4', '5', '6', '7')).forgotten).toHaveLength(6)
    // A source that has no good one keeps one of the others.
    expect((await forget('c')).forgotten).toHaveLength(1)
    await expect(forget('c', 'd')).rejects.toMatchObject({ code: 'LAST_SNAPSHOT' })
  })

  it('may be one that cannot be read: by its whole id, for the word', async () => {
    const store = await storeOf(week)
    await alter(store, `snapshots/${idOf('1')}`, (bytes) => bytes.subarray(0, 60))
    await alter(store, `snapshots/${idOf('2')}`, (bytes) => {
      bytes[4] = 2
      return bytes
    })
    const repository = await openRepository(store)
    await expect(repository.forget({ snapshots: ['1'], allowLast: true })).rejects.toMatchObject({ code: 'DAMAGED' })
    await expect(repository.forget({ snapshots: [idOf('1')] })).rejects.toMatchObject({ code: 'LAST_SNAPSHOT' })
    await expect(repository.forget({ snapshots: [idOf('2')], allowLast: true })).rejects.toMatchObject({
      code: 'NEWER_FORMAT',
    })
    expect(digits((await repository.forget({ snapshots: [idOf('1')], allowLast: true })).forgotten)).toBe('1')
    expect(await keysOf(store, 'snapshots/')).toHaveLength(6)
  })
})

describe('forgetting', () => {
  const policy = { keepLast: 1 }

  it('asks before it deletes', async () => {
    const store = await storeOf(week)
    const repository = await openRepository(store)
    const told: string[] = []
    const onDecisions = ({ forgotten }: { forgotten: readonly string[] }) => {
      told.push(digits(forgotten))
      throw new Error('no')
    }
    await expect(repository.forget({ policy, onDecisions })).rejects.toThrow('no')
    expect(told).toEqual(['12345'])
    expect(await left(store)).toBe('654b321')
  })

  it('that is cut off at any call leaves the newest, and ends when it is run again', async () => {
    let [broken, ended] = [0, false]
    for (; !ended; broken++) {
      const store = await storeOf(week)
      let calls = Number.NEGATIVE_INFINITY
      const step = <T>(call: () => Promise<T>): Promise<T> =>
        calls++ === broken ? Promise.reject(new Error('unplugged')) : call()
      const failing = storeWith(store, {
        get: (key, options) => step(() => store.get(key, options)),
        delete: (key) => step(() => store.delete(key)),
      })
      const repository = await openRepository(failing)
      calls = 0
      ended = await repository.forget({ policy }).then(
        () => true,
        () => false,
      )
      expect('654321'.startsWith((await left(store)).replace('b', ''))).toBe(true)
      calls = Number.NEGATIVE_INFINITY
      await repository.forget({ policy })
      expect(await left(store)).toBe('6b')
    }
    // Listing and loading, then deleting each of five, and the registration.
    expect(broken).toBeGreaterThan(14)
  })

  it('ends between two snapshots when it is told to', async () => {
    const store = await storeOf(week)
    const controller = new AbortController()
    const hooked = storeWith(store, {
      delete: (key) => {
        if (key.startsWith('snapshots/')) controller.abort()
        return store.delete(key)
      },
    })
    const repository = await openRepository(hooked)
    await expect(repository.forget({ policy, signal: controller.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    expect(await left(store)).toBe('654b32')
  })
})

describe('a snapshot whose parent is forgotten', () => {
  /** Three snapshots with a change between each two; the middle one is forgotten. */
  async function three() {
    const store = memory()
    const repository = await createRepository(store)
    const database = shop(orders(300))
    const first = await repository.take(database)
    database.update('public.orders', order(7, 1))
    const second = await repository.take(database)
    database.update('public.orders', order(8, 1))
    const third = await repository.take(database)
    expect(third.parent).toBe(second.id)
    return { store, repository, database, first, second, third }
  }

  const works = async (repository: Repository, { first, third, database }: Awaited<ReturnType<typeof three>>) => {
    expect((await repository.list()).map(({ id }) => id)).toEqual([third.id, first.id])
    expect((await repository.get('latest~1')).id).toBe(first.id)
    expect(await differences(repository.diff('latest~1', 'latest'))).toMatchObject({
      changes: [{ key: { id: 7 } }, { key: { id: 8 } }],
    })
    expect(await differences(repository.diff('latest', database))).toMatchObject({ changes: [] })
    expect(await repository.check({ readFraction: 1 })).toMatchObject({ sound: true, snapshots: 2 })
    expect((await repository.stats()).snapshots).toHaveLength(2)
    const other = await createRepository()
    expect(await repository.copyTo(other)).toHaveLength(2)
    expect((await other.get('latest')).parent).toBe((await other.get('latest~1')).id)
    const target = shop([])
    await repository.restore(third, target, { mode: 'overwrite', confirm: true, safety: false })
    expect(await differences(repository.diff(third, target))).toMatchObject({ changes: [] })
  }

  it('serves in everything, in this process and in others', async () => {
    const all = await three()
    await all.repository.forget({ snapshots: [all.second] })
    await works(all.repository, all)
    await works(await openRepository(all.store), all)
    all.database.update('public.orders', order(9, 1))
    const fourth = await all.repository.take(all.database)
    expect(fourth.parent).toBe(all.third.id)
  })

  it('may be the last one: the next take begins anew, on what is stored', async () => {
    const { repository, database, first, second, third } = await three()
    await repository.forget({ snapshots: [first, second, third], allowLast: true })
    const { parent, storedBytes } = await repository.take(database)
    expect(parent).toBeUndefined()
    expect(storedBytes).toBeLessThan(first.storedBytes / 2)
  })

  it('is copied without it; what is forgotten in the copy comes again with the next one', async () => {
    const { repository, second } = await three()
    const other = await createRepository()
    await repository.copyTo(other)
    await repository.forget({ snapshots: [second] })
    await other.forget({ policy: { keepLast: 1 } })
    expect(await other.list()).toHaveLength(1)
    const copied = await repository.copyTo(other)
    expect(copied.map(({ existed }) => existed)).toEqual([false, true])
  })
})
