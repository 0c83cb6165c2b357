import { expect, it } from 'vitest'
import type { ObjectStore, StoredFile } from '../../src/ports/object-store.ts'
import { storeWith } from '../object-layer.ts'
import type { ManualClock } from '../support/memory-database.ts'
import { openRepository } from '../support/memory-repository.ts'
import { forget, meanwhile, openBy, ordersOf, prunable } from './prunable.ts'

const HOUR = 3_600_000
const LAG = 4 * HOUR

/** A store whose listings show what was there `LAG` ago: neither what came since nor that something went. */
function lagging(store: ObjectStore, clock: ManualClock): ObjectStore {
  const history: { readonly at: number; readonly key: string; readonly file: StoredFile | undefined }[] = []
  const note = async (key: string): Promise<void> => {
    history.push({ at: clock.now().getTime(), key, file: await store.stat(key) })
  }
  return storeWith(store, {
    listingLag: LAG,
    put: async (key, body, options) => {
      await store.put(key, body, options)
      await note(key)
    },
    delete: async (key) => {
      await store.delete(key)
      await note(key)
    },
    async *list(prefix) {
      const seen = new Map<string, StoredFile>()
      for await (const file of store.list(prefix)) {
        // What was there before anybody lagged.
        if (!history.some(({ key }) => key === file.key)) seen.set(file.key, file)
      }
      for (const { at, key, file } of history) {
        if (!key.startsWith(prefix) || at > clock.now().getTime() - LAG) continue
        if (file === undefined) seen.delete(key)
        else seen.set(key, file)
      }
      yield* seen.values()
    },
  })
}

it('a take that no listing shows yet loses nothing to a prune', async () => {
  const { store, snapshots, database, clock } = await prunable()
  const before = await ordersOf(store, snapshots[2])
  const late = lagging(store, clock)
  await forget(late, ...snapshots)
  clock.advance(LAG + 1)
  const taken = await (await openBy(late, clock)).take(
    meanwhile(database, async () => {
      // The registration of the take is in no listing, nor will the mark be for a while.
      for (let run = 0; run < 3; run++) {
        expect((await (await openBy(late, clock)).prune({ grace: 0 })).deleted.packs).toBe(0)
        clock.advance(HOUR)
      }
    }),
  )
  let deleted = 0
  for (let day = 0; day < 6; day++) {
    clock.advance(24 * HOUR)
    deleted += (await (await openBy(late, clock)).prune({ grace: 0 })).deleted.packs
    expect(await ordersOf(store, taken)).toBe(before)
  }
  expect(deleted).toBeGreaterThan(0)
  expect((await (await openRepository(store)).check({ readFraction: 1 })).damage).toEqual([])
})
