/** A process that forgets snapshots, also those that a running take rests on, and prunes. */
import { SeededRandom } from '@dbsnap/adapter-test-kit'
import { folder, type Repository } from '@dbsnap/core'
import { openSafetyRepository } from './safety-repository.ts'
import { order, say, untilTerminated } from './torture-child.ts'
import { digestFault } from './torture-faults.ts'
import { TORTURE_GRACE, TORTURE_LEASE } from './torture-order.ts'

const random = new SeededRandom(order.seed)
const store = folder(order.path)
/** Takes that were met. */
const seen = new Set<string>()

await untilTerminated(async () => {
  const repository = await openSafetyRepository(store, { writerLease: TORTURE_LEASE })
  await forgetSome(repository)
  const purge = random.below(4) === 0
  const maxUnused = [0, 0.1, 0.5, 1][random.below(4)] as number
  const grace = TORTURE_GRACE.least + random.below(TORTURE_GRACE.most - TORTURE_GRACE.least)
  const { deleted, spared, moved, pending } = await repository.prune({ grace, maxUnused, purge })
  const counts = { deleted: deleted.packs, spared: spared.packs, moved: moved.packs, pending: pending.length }
  say({ event: 'pruned', ...counts, purge })
})

/** Once for each take: what it rests on, all but the newest snapshots of a source, or all. What is forgotten must read for the last time. */
async function forgetSome(repository: Repository): Promise<void> {
  const running = (await repository.writers()).filter(({ id, operation }) => operation === 'take' && !seen.has(id))
  if (running.length === 0) return
  for (const { id } of running) seen.add(id)
  const snapshots = await repository.list()
  for (const label of new Set(snapshots.map(({ source }) => source.label))) {
    const kept = random.below(3)
    const forgotten = snapshots.filter(({ source }) => source.label === label).slice(kept)
    for (const { id, tags } of forgotten) {
      const why = await digestFault(store, repository, id, tags)
      if (why !== undefined) say({ event: 'lost', id, why })
      await store.delete(`snapshots/${id}`)
    }
    if (forgotten.length > 0) say({ event: 'forgot', snapshots: forgotten.length, parents: kept === 0 })
  }
}
