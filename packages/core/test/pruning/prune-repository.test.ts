import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/operations/take-snapshot.ts'
import { DEFAULT_GRACE as HOUR } from '../../src/repository/pruning/prune-report.ts'
import { memory } from '../../src/stores/memory-store.ts'
import { alter, keysOf, onlyKey, storeWith } from '../object-layer.ts'
import { collect } from '../support/collect.ts'
import { contextOf, createRepository, openRepository } from '../support/memory-repository.ts'
import { orders, shop } from '../support/shop.ts'
import { forget, meanwhile, openBy, ordersOf, prunable } from './prunable.ts'

/** Fails unless everything is there and nothing is left over. */
async function expectSound(store: ReturnType<typeof memory>): Promise<void> {
  const report = await (await openRepository(store)).check({ readFraction: 1 })
  expect(report).toMatchObject({ sound: true, damage: [], notes: [{ code: 'WEAK_KEY_SLOT' }] })
}

describe('a prune', () => {
  it('deletes what no snapshot needs, and nothing else', async () => {
    const { store, snapshots } = await prunable()
    const [first, second, third] = snapshots
    const kept = await ordersOf(store, third)
    const packs = await keysOf(store, 'packs/')
    await forget(store, first, second)
    const phases: string[] = []
    const repository = await openRepository(store)
    const report = await repository.prune({ grace: 0, onPhase: (phase) => phases.push(phase) })
    expect(phases).toEqual(['finding what is needed', 'moving', 'marking', 'deleting'])
    expect(report).toMatchObject({ dryRun: false, before: { packs: 3 }, deleted: { packs: 2 }, spared: { packs: 0 } })
    expect(report.moved.packs).toBe(2)
    expect(report.moved.bytes).toBeLessThan(report.deleted.bytes / 2)
    const left = await keysOf(store, 'packs/')
    expect(left.filter((key) => packs.includes(key))).toHaveLength(1)
    expect(left).toHaveLength(2)
    expect(await ordersOf(store, third)).toBe(kept)
    expect([...(await keysOf(store, 'condemned/')), ...(await keysOf(store, 'writers/'))]).toEqual([])
    await expectSound(store)
    expect(await repository.prune({ grace: 0 })).toMatchObject({ deleted: { packs: 0 }, moved: { packs: 0 } })
  })

  it('keeps what deltas of kept snapshots rest on', async () => {
    const { store, snapshots } = await prunable()
    const kept = await ordersOf(store, snapshots[1])
    await forget(store, snapshots[0], snapshots[2])
    await (await openRepository(store)).prune({ grace: 0, maxUnused: 1 })
    expect(await ordersOf(store, snapshots[1])).toBe(kept)
    await expectSound(store)
  })

  it('has nothing to do in an empty repository, nor where everything is needed', async () => {
    const store = memory()
    const repository = await createRepository(store)
    expect(await repository.prune({ grace: 0 })).toMatchObject({ deleted: { packs: 0 }, before: { packs: 0 } })
    await repository.take(shop(orders(20)))
    const keys = await keysOf(store)
    expect(await repository.prune({ grace: 0 })).toMatchObject({ deleted: { packs: 0 }, moved: { packs: 0 } })
    expect(await keysOf(store)).toEqual(keys)
  })

  it('deletes everything where every snapshot is forgotten', async () => {
    const { store, snapshots } = await prunable()
    await forget(store, ...snapshots)
    await (await openRepository(store)).prune({ grace: 0 })
    expect((await keysOf(store)).filter((key) => !/^(config|keys)/.test(key))).toEqual([])
  })

  it('removes what an interrupted take left, and packs that are none', async () => {
    const { store } = await prunable()
    const writer = await (await contextOf(store)).objects.openWriter()
    const lost = Buffer.from('nobody needs this'.repeat(100))
    await writer.store('chunk', writer.identify(lost), lost)
    await writer.flush()
    await writer.close()
    await store.put('packs/55/55555555555555555555555555555555', [Buffer.from('no pack')])
    expect(await keysOf(store, 'packs/')).toHaveLength(5)
    await (await openRepository(store)).prune({ grace: 0, maxUnused: 1 })
    await expectSound(store)
    expect(await keysOf(store, 'packs/')).toHaveLength(3)
  })
})

describe('the phases of a prune', () => {
  it('first only mark; delete when the grace period is over', async () => {
    const { store, snapshots, clock } = await prunable()
    await forget(store, snapshots[0], snapshots[1])
    const packs = await keysOf(store, 'packs/')
    const first = await (await openBy(store, clock)).prune({ grace: '1h' })
    expect(first).toMatchObject({ deleted: { packs: 0 }, pending: [{ packs: 2, waitingFor: [] }] })
    expect(first.pending[0]?.due?.getTime()).toBe(clock.now().getTime() + HOUR)
    expect(await keysOf(store, 'packs/')).toEqual(expect.arrayContaining(packs))
    clock.advance(HOUR - 1)
    expect(await (await openBy(store, clock)).prune()).toMatchObject({ deleted: { packs: 0 }, pending: [{ packs: 2 }] })
    clock.advance(1)
    expect(await (await openBy(store, clock)).prune()).toMatchObject({ deleted: { packs: 2 }, pending: [] })
    await expectSound(store)
  })

  it('wait for a writer that was there before the mark, and spare what it needs', async () => {
    const { store, snapshots, database, clock } = await prunable()
    const before = await ordersOf(store, snapshots[2])
    const taking = await openBy(store, clock)
    let marked: Awaited<ReturnType<typeof taking.prune>> | undefined
    // While the take reads, the snapshot that it rests on is forgotten, and a prune marks all there is.
    const taken = await taking.take(
      meanwhile(database, async () => {
        await forget(store, ...snapshots)
        marked = await (await openBy(store, clock)).prune({ grace: 0 })
      }),
    )
    expect(marked).toMatchObject({
      deleted: { packs: 0 },
      pending: [{ packs: 3, waitingFor: [{ operation: 'take' }] }],
    })
    expect(marked?.pending[0]).not.toHaveProperty('due')
    const report = await (await openBy(store, clock)).prune({ grace: 0 })
    // What is condemned goes all the same: its objects were moved.
    expect(report).toMatchObject({ spared: { packs: 3 }, moved: { packs: 3 }, deleted: { packs: 3 }, pending: [] })
    expect(await ordersOf(store, taken)).toBe(before)
    await expectSound(store)
  })

  it('do not wait for a writer that came later: it rests on nothing that is marked', async () => {
    const { store, snapshots, database, clock } = await prunable()
    const before = await ordersOf(store, snapshots[2])
    await forget(store, ...snapshots)
    await (await openBy(store, clock)).prune()
    const taking = await openBy(store, clock)
    const taken = await taking.take(
      meanwhile(database, async () => {
        clock.advance(HOUR)
        expect(await (await openBy(store, clock)).prune()).toMatchObject({ deleted: { packs: 3 } })
      }),
    )
    expect(await ordersOf(store, taken)).toBe(before)
    await (await openBy(store, clock)).prune({ grace: 0 })
    await expectSound(store)
  })

  it('declare a writer dead that is silent for longer than its lease: it publishes nothing', async () => {
    const { store, snapshots, database, clock } = await prunable()
    await forget(store, ...snapshots)
    const frozen = await openRepository(store)
    const taking = frozen.take(
      meanwhile(database, async () => {
        await (await openBy(store, clock)).prune({ grace: 0 })
        clock.advance(HOUR + 1)
        expect(await (await openBy(store, clock)).prune({ grace: 0 })).toMatchObject({ deleted: { packs: 3 } })
      }),
    )
    await expect(taking).rejects.toMatchObject({ code: 'STORE_FAILED', retryable: true })
    expect(await frozen.list()).toEqual([])
    await (await openBy(store, clock)).prune({ grace: 0 })
    await expectSound(store)
  })

  it('go on where a prune was killed right after its mark', async () => {
    const { store, snapshots, clock } = await prunable()
    await forget(store, snapshots[0], snapshots[1])
    let marks = 0
    const killed = storeWith(store, {
      put: (key, body, options) => {
        if (key.startsWith('condemned/') && ++marks === 2) return Promise.reject(new Error('killed'))
        return store.put(key, body, options)
      },
    })
    await expect((await openBy(killed, clock)).prune()).rejects.toThrow('killed')
    const mark = await onlyKey(store, 'condemned/')
    expect(await (await openBy(store, clock)).prune()).toMatchObject({ deleted: { packs: 0 }, pending: [{ packs: 2 }] })
    expect(await onlyKey(store, 'condemned/')).toBe(mark)
    clock.advance(HOUR)
    expect(await (await openBy(store, clock)).prune()).toMatchObject({ deleted: { packs: 2 } })
    await expectSound(store)
  })

  it('take their time where listings lag: ten times the lag, and a day at least', async () => {
    const { store, snapshots, clock } = await prunable()
    await forget(store, snapshots[0], snapshots[1])
    const lagging = storeWith(store, { listingLag: 4 * HOUR })
    const prune = async () => (await openBy(lagging, clock)).prune({ grace: 0 })
    expect(await prune()).toMatchObject({ deleted: { packs: 0 }, pending: [{ packs: 2, waitingFor: [] }] })
    clock.advance(40 * HOUR - 1)
    expect((await prune()).pending[0]).not.toHaveProperty('due')
    clock.advance(1)
    expect((await prune()).pending[0]?.due?.getTime()).toBe(clock.now().getTime() + 40 * HOUR)
    clock.advance(40 * HOUR)
    expect(await prune()).toMatchObject({ deleted: { packs: 2 } })
    await expectSound(store)
  })

  it('do not delete at once what a snapshot may need that was published meanwhile', async () => {
    const { store, snapshots, database, clock } = await prunable()
    const before = await ordersOf(store, snapshots[2])
    await forget(store, ...snapshots)
    const taken: Snapshot[] = []
    const racing = storeWith(store, {
      put: async (key, body, options) => {
        // After the roots were listed, and before the mark is there.
        if (key.startsWith('condemned/') && taken.length === 0) {
          taken.push(await (await openBy(store, clock)).take(database))
        }
        return store.put(key, body, options)
      },
    })
    const report = await (await openBy(racing, clock)).prune({ grace: 0 })
    expect(report).toMatchObject({ deleted: { packs: 0 }, pending: [{ packs: 3 }] })
    expect((await (await openBy(store, clock)).prune({ grace: 0 })).spared.packs).toBeGreaterThan(0)
    expect(await ordersOf(store, taken[0] as Snapshot)).toBe(before)
    await expectSound(store)
  })
})

describe('a stored diff', () => {
  it('keeps its pages, and nothing of the snapshots that it compared', async () => {
    const { store, repository, snapshots } = await prunable()
    const expected = await collect(repository.diff(snapshots[0].id, snapshots[1].id))
    const stored = await repository.storeDiff(snapshots[0].id, snapshots[1].id)
    await forget(store, ...snapshots)
    const report = await (await openRepository(store)).prune({ grace: 0, purge: true })
    expect(report.deleted.packs).toBe(3)
    expect(await collect((await openRepository(store)).readDiff(stored.id))).toEqual(expected)
    await expectSound(store)
    await (await openRepository(store)).forgetDiff(stored.id)
    await (await openRepository(store)).prune({ grace: 0 })
    expect(await keysOf(store, 'packs/')).toEqual([])
  })

  it('whose writer was declared dead is not published', async () => {
    const { store, repository, database, snapshots, clock } = await prunable()
    const storing = repository.storeDiff(
      snapshots[0].id,
      meanwhile(database, async () => {
        await (await openBy(store, clock)).unlock({ writers: [''], force: true })
      }),
    )
    await expect(storing).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect(await repository.diffs()).toEqual([])
    const [tombstone] = await keysOf(store, 'diffs/')
    await expect(repository.readDiff(tombstone?.slice('diffs/'.length) as string).next()).rejects.toMatchObject({
      code: 'UNKNOWN_DIFF',
    })
    expect((await repository.check()).sound).toBe(true)
  })

  it('that cannot be read ends a prune', async () => {
    const { store, repository, snapshots } = await prunable()
    const { id } = await repository.storeDiff(snapshots[0].id, snapshots[1].id)
    await alter(store, `diffs/${id}`, (bytes) => bytes.subarray(0, 40))
    await expect((await openRepository(store)).prune({ grace: 0 })).rejects.toMatchObject({ code: 'DAMAGED' })
  })
})
