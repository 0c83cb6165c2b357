import { atEveryStep, type FaultSchedule, faultyStore, type MemoryDatabase } from '@dbsnap/adapter-test-kit'
import { type Difference, isDbSnapError, memory, type ObjectStore, type Repository } from '@dbsnap/core'
import { beforeAll, expect, it } from 'vitest'
import { createSafetyRepository, openSafetyRepository } from '../src/safety-repository.ts'
import { copyOfStore, smallShop } from '../src/small-shop.ts'

let base: ObjectStore
let database: MemoryDatabase
let expected: Difference[]

/** Two snapshots, of which the older one is pinned, and a stored diff of them; the database has moved on. */
beforeAll(async () => {
  base = memory()
  database = smallShop({ rows: 300 })
  const repository = await createSafetyRepository(base)
  await repository.take(database)
  database.update('orders', [7, 'changed'])
  await repository.take(database)
  await repository.pin('latest~1', { reason: 'first' })
  await repository.storeDiff('latest~1', 'latest')
  database.update('orders', [8, 'changed'])
  expected = await differencesOf(repository.diff('latest', database))
})

async function differencesOf(diff: AsyncIterable<Difference>): Promise<Difference[]> {
  const all: Difference[] = []
  for await (const difference of diff) all.push(difference)
  return all
}

const operations: Record<string, (repository: Repository) => Promise<unknown>> = {
  'storing a diff': (repository) => repository.storeDiff('latest', database),
  'forgetting a diff': async (repository) => {
    for (const { id } of await repository.diffs()) await repository.forgetDiff(id)
  },
  pinning: (repository) => repository.pin('latest'),
  'pinning again': (repository) => repository.pin('latest~1', { reason: 'second' }),
  unpinning: (repository) => repository.unpin('latest~1'),
}

/** What must hold at any moment. */
async function judge(name: string, store: ObjectStore): Promise<void> {
  const repository = await openSafetyRepository(store)
  const { sound, damage, brokenDiffs } = await repository.check({ readFraction: 1 })
  expect({ sound, damage, brokenDiffs }).toEqual({ sound: true, damage: [], brokenDiffs: [] })
  expect(await repository.list()).toHaveLength(2)
  for (const { id, right, differences } of await repository.diffs()) {
    const read = await differencesOf(repository.readDiff(id))
    expect(read).toHaveLength(differences)
    if (right.snapshot === undefined) expect(read).toEqual(expected)
  }
  const pinned = new Set((await repository.pins()).map(({ snapshot }) => snapshot))
  // Never a moment in which a snapshot that is pinned anew is not.
  if (name !== 'unpinning') expect(pinned.has((await repository.get('latest~1')).id)).toBe(true)
}

it.each(Object.entries(operations))(
  '%s, crashed at any call, breaks nothing and can be run again',
  async (name, run) => {
    let fired = 0
    for (const dead of [true, false]) {
      const attempt = async (schedule: FaultSchedule): Promise<void> => {
        const store = await copyOfStore(base)
        try {
          await run(await openSafetyRepository(faultyStore(store, schedule)))
        } catch (error) {
          if (!isDbSnapError(error)) throw error
        }
        await judge(name, store)
        const again = await openSafetyRepository(store)
        await run(again)
        await judge(name, store)
        const [newest] = await again.list()
        if (name === 'pinning') expect((await again.pins()).some(({ snapshot }) => snapshot === newest?.id)).toBe(true)
        if (name === 'pinning again') expect((await again.pins()).map(({ reason }) => reason)).toEqual(['second'])
        if (name === 'unpinning') expect(await again.pins()).toEqual([])
      }
      fired += await atEveryStep(attempt, { dead })
    }
    expect(fired).toBeGreaterThan(10)
  },
)
