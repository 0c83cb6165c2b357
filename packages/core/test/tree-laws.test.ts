import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitBitsFor } from '../src/chunking/split-bits.ts'
import { memory } from '../src/stores/memory-store.ts'
import { MemoryDatabase, type MemoryRow } from './support/memory-database.ts'
import { contextOf, createRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'
import { collectionIn, news, treeOf } from './support/stored-tree.ts'

/** Some dozens of records a chunk. */
const RECORD_BYTES = 2000
const NAME = 'public.orders'

/** A snapshot of 6 000 orders, many chunks under two levels of nodes, and what a change to it does to the tree. */
async function largeShop() {
  const store = memory()
  const repository = await createRepository(store)
  const database = shop(orders(6000, RECORD_BYTES).map(([id, ...rest]) => [Number(id) * 2, ...rest]))
  const context = await contextOf(store)
  const tree = async () => treeOf(context, await collectionIn(repository, await repository.take(database), NAME))
  return { database, tree }
}

describe('the tree of a collection', () => {
  it('changes by one chunk and its ancestors when one record is updated', async () => {
    const { database, tree } = await largeShop()
    let before = await tree()
    expect(before.chunks.length).toBeGreaterThan(64)
    expect(before.nodes.length).toBeGreaterThan(1)
    for (const id of [2, 6000, 12_000]) {
      database.update(NAME, order(id, 1, RECORD_BYTES))
      const after = await tree()
      expect(after.chunks).toHaveLength(before.chunks.length)
      expect(news(before.chunks, after.chunks)).toHaveLength(1)
      for (const [level, nodes] of after.nodes.entries()) {
        expect(news(before.nodes[level] as string[], nodes), `level ${level}`).toHaveLength(1)
      }
      before = after
    }
  })

  it('changes by at most two chunks and their ancestors when one record is inserted or removed', async () => {
    const { database, tree } = await largeShop()
    let before = await tree()
    for (const id of [-1, 1, 5001, 7777, 11_999, 20_001]) {
      for (const change of ['insert', 'remove'] as const) {
        database[change](NAME, order(id, 0, RECORD_BYTES))
        const after = await tree()
        expect(news(before.chunks, after.chunks).length, `${change} ${id}`).toBeLessThanOrEqual(2)
        for (const [level, nodes] of after.nodes.entries()) {
          expect(news(before.nodes[level] as string[], nodes).length, `level ${level}`).toBeLessThanOrEqual(2)
        }
        before = after
      }
    }
  })

  it('has the same root for the same records, whatever the history', async () => {
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 250, size: 'max' })
    const histories = fc.array(
      ids.map((set) => set.map((id) => ({ id, version: id % 3 }))),
      { maxLength: 3 },
    )
    await fc.assert(
      fc.asyncProperty(
        histories,
        ids.filter(({ length }) => length > 0),
        async (history, last) => {
          const states = history.map((state) => state.map(({ id, version }) => order(id, version, RECORD_BYTES)))
          const final = last.map((id) => order(id, 0, RECORD_BYTES))
          expect(await rootAfter([...states, final])).toEqual(await rootAfter([final.toReversed()]))
        },
      ),
      { numRuns: 15 },
    )
  })
})

/** Takes a snapshot of every state, each in the place of the one before, and returns the last root. */
async function rootAfter(states: readonly (readonly MemoryRow[])[]): Promise<unknown> {
  const repository = await createRepository(memory(), 'one key')
  let root: unknown
  for (const rows of states) {
    const database = new MemoryDatabase()
    database.createTable(NAME, { columns: { id: 'integer', paid: 'boolean', note: 'text' }, key: ['id'] })
    database.insert(NAME, ...rows)
    const { splitBits, ...rest } = await collectionIn(repository, await repository.take(database), NAME)
    // With other parameters the root would be another; where nothing is, none is chosen.
    if (rows.length > 0) expect(splitBits).toBe(splitBitsFor(1, RECORD_BYTES))
    root = rest.root
  }
  return root
}
