import { describe, expect, it } from 'vitest'
import { putMark, readMarks } from '../../src/repository/condemned-packs.ts'
import type { OpenedObjectRepository } from '../../src/repository/open-object-repository.ts'
import { memory } from '../../src/stores/memory-store.ts'
import type { ObjectId, SnapshotId } from '../../src/values/index.ts'
import { changed, create, keysOf, manifest, reopen, rows, storeChunk, storeWith, writing } from '../object-layer.ts'
import { pruneTo, ROOT } from './prune-to.ts'

const HOUR = 3_600_000
const plain = rows(300, 'needed again')
const packIds = async (store: ReturnType<typeof memory>) =>
  (await keysOf(store, 'packs/')).map((key) => key.slice('packs/xx/'.length))

async function expectReadable(store: ReturnType<typeof memory>, id: ObjectId, expected: Buffer): Promise<void> {
  expect((await (await reopen(store)).reader.read('chunk', id)).equals(expected)).toBe(true)
}

/** Two writers at once have stored the same chunk: two packs of it. */
async function storedTwice() {
  const store = memory()
  await create(store)
  const writers = await Promise.all([1, 2].map(async () => (await reopen(store)).openWriter()))
  const ids = await Promise.all(writers.map((writer) => storeChunk(writer, plain)))
  for (const writer of writers) await writer.flush()
  for (const writer of writers) await writer.close()
  const { context } = (await reopen(store)) as OpenedObjectRepository
  const packs = (await packIds(store)) as [string, string]
  expect(packs).toHaveLength(2)
  return { store, context, id: ids[0] as ObjectId, packs }
}

describe('a condemned pack that is needed again', () => {
  it('goes all the same: a prune that does not know that may be about to delete it', async () => {
    const store = memory()
    const id = await writing(await create(store), (writer) => storeChunk(writer, plain))
    await pruneTo(store, [], { grace: HOUR })
    let known: number | undefined
    const racing = storeWith(store, {
      delete: async (key) => {
        if (key.startsWith('index/') && known === undefined) {
          known = 0
          // Another one has listed roots when one still needed it; then a writer comes.
          expect(await pruneTo(store, [id])).toMatchObject({ spared: { packs: 1 }, deleted: { packs: 1 } })
          known = await writing(await reopen(store), async (writer) => {
            await storeChunk(writer, plain)
            await writer.settled()
            return writer.counts.known
          })
        }
        return store.delete(key)
      },
    })
    expect(await pruneTo(racing, [])).toMatchObject({ deleted: { packs: 1 } })
    expect(known).toBe(1)
    await expectReadable(store, id, plain)
    expect(await keysOf(store, 'condemned/')).toEqual([])
  })

  it('keeps what it rests on in a purge, while somebody is waited for', async () => {
    const store = memory()
    const repository = await create(store)
    const baseId = await writing(repository, (writer) => storeChunk(writer, plain))
    const writer = await (await reopen(store)).openWriter()
    await pruneTo(store, [], { grace: HOUR })
    const other = await (await reopen(store)).openWriter()
    const next = changed(plain, 7, 'refunded')
    const id = await storeChunk(writer, next, baseId)
    await writer.flush()
    expect(writer.counts.deltas).toBe(1)
    await pruneTo(store, [])
    await writer.close()
    // The base is due. The delta is needed, and waits for `other`.
    await pruneTo(store, [id], { purge: true })
    await expectReadable(store, id, next)
    await other.close()
    for (let run = 0; run < 2; run++) await pruneTo(store, [id], { purge: true })
    await expectReadable(store, id, next)
    expect(await keysOf(store, 'packs/')).toHaveLength(1)
    expect((await (await reopen(store)).check({ readFraction: 1 })).damage).toEqual([])
  })
})

describe('an object of which all copies are condemned', () => {
  it('keeps all of them until it was moved', async () => {
    const { store, context, id, packs } = await storedTwice()
    const writer = await (await reopen(store)).openWriter()
    await putMark(context, '1'.repeat(32), { packs: [packs[0]], before: [writer.id], waiting: [writer.id] })
    // One of its packs is gone already.
    await putMark(context, '2'.repeat(32), { packs: [packs[1], 'f'.repeat(32)], before: [], waiting: [] })
    expect(await pruneTo(store, [id])).toMatchObject({ deleted: { packs: 0 }, pending: [{ packs: 1 }] })
    expect(await packIds(store)).toEqual(packs)
    expect((await readMarks(context)).map((mark) => mark.packs)).toEqual([[packs[0]], [packs[1]]])
    await writer.close()
    expect(await pruneTo(store, [id])).toMatchObject({ moved: { packs: 1 }, deleted: { packs: 2 }, pending: [] })
    expect(await packIds(store)).toHaveLength(1)
    await expectReadable(store, id, plain)
    expect(await keysOf(store, 'condemned/')).toEqual([])
  })

  it('is known to those who mark them at the same time: what they walked may rest on them', async () => {
    for (const isRacing of [false, true]) {
      const { store, context, id, packs } = await storedTwice()
      await (await reopen(store)).snapshots.put(manifest(ROOT as SnapshotId, '2026-01-01T00:00:00.000Z'))
      const racing = storeWith(store, {
        put: async (key, body, options) => {
          // Another prune has chosen the other copy.
          const isMark = isRacing && key.startsWith('condemned/')
          if (isMark) await putMark(context, '1'.repeat(32), { packs: [packs[0]], before: [], waiting: [] })
          return store.put(key, body, options)
        },
      })
      await pruneTo(racing, [id], { grace: HOUR })
      const mark = (await readMarks(context)).find((mark) => mark.packs.includes(packs[1]))
      expect(mark).toMatchObject({ before: isRacing ? [ROOT] : [], waiting: [] })
    }
  })
})
