import { describe, expect, it } from 'vitest'
import type { OpenedObjectRepository } from '../../src/repository/open-object-repository.ts'
import { alter, flipBit, keysOf, onlyKey, rows, storeChunk, storeWith, writing } from '../object-layer.ts'
import { contextOf, openRepository } from '../support/memory-repository.ts'
import { changeSome, forget, meanwhile, openBy, ordersOf, prunable } from './prunable.ts'

async function expectSound(store: Awaited<ReturnType<typeof prunable>>['store']): Promise<void> {
  const report = await (await openRepository(store)).check({ readFraction: 1 })
  expect(report).toMatchObject({ sound: true, notes: [{ code: 'WEAK_KEY_SLOT' }] })
}

describe('a dry run', () => {
  it('says what would be done and writes nothing', async () => {
    const { store, snapshots, clock } = await prunable()
    await forget(store, snapshots[0], snapshots[1])
    const keys = await keysOf(store)
    const repository = await openBy(store, clock)
    const forbidden = () => Promise.reject(new Error('a dry run writes'))
    const readOnly = await openBy(storeWith(store, { put: forbidden, delete: forbidden }), clock)
    const planned = await readOnly.prune({ dryRun: true, grace: 0 })
    expect(planned).toMatchObject({ dryRun: true, deleted: { packs: 2 }, moved: { packs: 2, bytes: 0 }, pending: [] })
    expect(await readOnly.prune({ dryRun: true })).toMatchObject({ deleted: { packs: 0 }, pending: [{ packs: 2 }] })
    expect(await keysOf(store)).toEqual(keys)
    const done = await repository.prune({ grace: 0 })
    expect(done.deleted).toEqual(planned.deleted)
  })

  it('tells of marks that stand', async () => {
    const { store, snapshots, clock } = await prunable()
    await forget(store, snapshots[0], snapshots[1])
    await (await openBy(store, clock)).prune()
    const report = await (await openBy(store, clock)).prune({ dryRun: true })
    expect(report).toMatchObject({ pending: [{ packs: 2, waitingFor: [], due: expect.any(Date) }] })
  })
})

describe('a prune refuses, before it deletes anything', () => {
  it.each([
    ['beginning', 200],
    ['end', -1],
  ])('where a manifest cannot be read at its %s', async (_, at) => {
    const { store, snapshots } = await prunable()
    await alter(store, `snapshots/${snapshots[1].id}`, (bytes) => flipBit(bytes, 8 * (at < 0 ? bytes.length + at : at)))
    await expect((await openRepository(store)).prune({ grace: 0 })).rejects.toMatchObject({ code: 'DAMAGED' })
    expect(await keysOf(store, 'packs/')).toHaveLength(3)
  })

  it('where what a snapshot needs is gone', async () => {
    const { store } = await prunable()
    const [pack] = await keysOf(store, 'packs/')
    await store.delete(pack as string)
    const pruning = (await openRepository(store)).prune({ grace: 0 })
    await expect(pruning).rejects.toMatchObject({ code: expect.stringMatching(/OBJECT_MISSING|DAMAGED/) })
    expect(await keysOf(store, 'packs/')).toHaveLength(2)
    expect(await keysOf(store, 'writers/')).toEqual([])
  })

  it('where it is interrupted', async () => {
    const { store, snapshots } = await prunable()
    await forget(store, snapshots[0])
    const pruning = (await openRepository(store)).prune({ grace: 0, signal: AbortSignal.abort() })
    await expect(pruning).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(await keysOf(store, 'writers/')).toEqual([])
  })

  it('where a delta cannot be read; once that is known, its pack stays', async () => {
    const { store, snapshots, clock } = await prunable()
    await forget(store, snapshots[0], snapshots[2])
    const { objects } = await contextOf(store)
    const { index } = objects as OpenedObjectRepository
    await index.refresh()
    for (const file of index.files) {
      for await (const { kind, version, pack, offset } of file.copies()) {
        if (kind !== 'chunk' || version === 0) continue
        const key = `packs/${pack.id.slice(0, 2)}/${pack.id}`
        await alter(store, key, (bytes) => flipBit(bytes, 8 * (offset + 4)))
        break
      }
    }
    const prune = async () => (await openBy(store, clock)).prune({ grace: 0, maxUnused: 1 })
    await expect(prune()).rejects.toMatchObject({ code: 'DAMAGED' })
    await (await openRepository(store)).check({ readFraction: 1, remember: true })
    await prune()
    expect((await (await openRepository(store)).check({ readFraction: 1 })).damage).toHaveLength(1)
  })
})

describe('takes beside marks', () => {
  it('reuse what the snapshot before them has, where the mark was put without it', async () => {
    const { store, snapshots, database, clock } = await prunable()
    await forget(store, snapshots[0], snapshots[1])
    await (await openBy(store, clock)).prune()
    const { objects } = await contextOf(store)
    const writer = await objects.openWriter()
    expect(writer.reuses).toBe(false)
    writer.restOn([snapshots[2].id])
    expect(writer.reuses).toBe(true)
    await writer.close()
    const taken = await (await openRepository(store)).take(database)
    expect(taken.storedBytes).toBeLessThan(10_000)
    clock.advance(3_600_000)
    await (await openBy(store, clock)).prune()
    expect(await ordersOf(store, taken)).toBe(await ordersOf(store, snapshots[2]))
    await expectSound(store)
  })

  it('do not where the snapshot before them may rest on what is marked', async () => {
    const { store, snapshots, database, clock } = await prunable()
    const taking = await openBy(store, clock)
    const late = await taking.take(
      meanwhile(database, async () => {
        await forget(store, ...snapshots)
        await (await openBy(store, clock)).prune()
      }),
    )
    const { objects } = await contextOf(store)
    const writer = await objects.openWriter()
    writer.restOn([late.id])
    expect(writer.reuses).toBe(false)
    await writer.close()
    const mark = await onlyKey(store, 'condemned/')
    const last = await (await openRepository(store)).take(database)
    await forget(store, late)
    clock.advance(3_600_000)
    for (let run = 0; run < 2; run++) {
      await (await openBy(store, clock)).prune()
      clock.advance(3_600_000)
    }
    expect(await keysOf(store, 'condemned/')).not.toContain(mark)
    expect(await ordersOf(store, last)).toContain('\t')
    await expectSound(store)
  })
})

describe('two prunes at once', () => {
  it('break nothing, and leave nothing to a third', async () => {
    const { store, snapshots, database, repository, clock } = await prunable()
    changeSome(database, 5)
    const last = await repository.take(database)
    const before = await ordersOf(store, last)
    await forget(store, ...snapshots)
    const prunes = await Promise.all([openBy(store, clock), openBy(store, clock)])
    await Promise.all(prunes.map((pruning) => pruning.prune({ grace: 0 })))
    await (await openBy(store, clock)).prune({ grace: 0 })
    await (await openBy(store, clock)).prune({ grace: 0 })
    expect(await ordersOf(store, last)).toBe(before)
    expect(await keysOf(store, 'condemned/')).toEqual([])
    await expectSound(store)
  })

  it('one that was declared dead deletes nothing any more', async () => {
    const { store, snapshots, clock } = await prunable()
    await forget(store, ...snapshots)
    const packs = await keysOf(store, 'packs/')
    const slow = storeWith(store, {
      delete: async (key) => {
        if (key.startsWith('index/'))
          await (await openBy(store, clock)).unlock({ writers: await writersOf(store), force: true })
        return store.delete(key)
      },
    })
    await expect((await openBy(slow, clock)).prune({ grace: 0 })).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect(await keysOf(store, 'packs/')).toEqual(packs)
    await (await openBy(store, clock)).prune({ grace: 0 })
    expect(await keysOf(store, 'packs/')).toEqual([])
  })
})

const writersOf = async (store: Awaited<ReturnType<typeof prunable>>['store']) =>
  (await keysOf(store, 'writers/')).map((key) => key.slice('writers/'.length))

describe('an index rebuild beside a prune', () => {
  it('lists nothing that is deleted meanwhile', async () => {
    const { store, snapshots, clock } = await prunable()
    await forget(store, snapshots[0], snapshots[1])
    await (await openBy(store, clock)).prune()
    clock.advance(3_600_000)
    let isPruned = false
    const rebuilding = storeWith(store, {
      put: async (key, body, options) => {
        if (key.startsWith('index/') && !isPruned) {
          isPruned = true
          await (await openBy(store, clock)).prune()
        }
        return store.put(key, body, options)
      },
    })
    await (await openBy(rebuilding, clock)).check({ repairIndex: true })
    expect(isPruned).toBe(true)
    await expectSound(store)
  })
})

describe('index files', () => {
  it('are merged where there are many small ones', async () => {
    const { store, snapshots, clock } = await prunable()
    const { objects } = await contextOf(store)
    for (let i = 0; i < 8; i++) await writing(objects, (writer) => storeChunk(writer, rows(20, `many ${i}`)))
    await forget(store, snapshots[0], snapshots[1])
    expect(await keysOf(store, 'index/')).toHaveLength(11)
    await (await openBy(store, clock)).prune({ grace: 0 })
    expect(await keysOf(store, 'index/')).toHaveLength(1)
    await expectSound(store)
  })
})

describe('unlock', () => {
  it('shows who is at work, and clears those whose lease is over', async () => {
    const { store, clock } = await prunable()
    const dead = await (await contextOf(store)).objects.openWriter()
    clock.advance(3_600_001)
    const repository = await openBy(store, clock)
    const alive = await (await contextOf(store)).objects.openWriter({ operation: 'copy' })
    const writers = await repository.writers()
    expect(writers).toHaveLength(2)
    expect(writers).toContainEqual(expect.objectContaining({ id: alive.id, operation: 'copy', expired: false }))
    expect(await repository.unlock()).toMatchObject([{ id: dead.id, operation: 'take', expired: true }])
    expect(await repository.writers()).toMatchObject([{ id: alive.id }])
    await expect(dead.flush()).rejects.toMatchObject({ code: 'STORE_FAILED' })
    const name = alive.id.slice(0, 8)
    await expect(repository.unlock({ writers: [name] })).rejects.toMatchObject({ code: 'USAGE' })
    expect(await repository.unlock({ writers: [name], force: true })).toMatchObject([{ id: alive.id }])
    for (const unknown of ['ffffffffff', alive.id]) {
      await expect(repository.unlock({ writers: [unknown] })).rejects.toMatchObject({ code: 'USAGE' })
    }
    const all = await Promise.all([1, 2].map(async () => (await contextOf(store)).objects.openWriter()))
    await expect(repository.unlock({ writers: [''] })).rejects.toMatchObject({
      code: 'USAGE',
      message: /more than one/,
    })
    for (const writer of [dead, alive, ...all]) await writer.close()
  })
})
