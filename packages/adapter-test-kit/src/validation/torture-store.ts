import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { ObjectStore, Randomness } from '@dbsnap/core/ports'
import { assertCode, collect } from '../conformance/assert-code.ts'

/** How hard a store is tried. */
export interface TortureOptions {
  readonly randomness: Randomness
  /** Writers and readers at once. Default 8. */
  readonly workers?: number
  /** Rounds of each worker, some 10 requests each. Default 10. */
  readonly rounds?: number
  /** Aborted: the torture ends as interrupted. */
  readonly signal?: AbortSignal
}

/** What was done; every member is above zero, or the torture has failed. */
export interface TortureCounts {
  /** Races of all workers for one new key, each won by at most one. */
  readonly races: number
  readonly racesWon: number
  /** Whole files read while others replaced them. */
  readonly readsOfShared: number
}

const LARGEST_BODY_BYTES = 256 * 1024
const DIGEST_BYTES = 32

/**
 * Many workers on one store: each writes, replaces, reads and removes files of its own and of all, and races with the
 * others for new keys. Throws where a write is lost, a file is torn, a race has two winners or a listing is wrong.
 */
export async function tortureStore(store: ObjectStore, options: TortureOptions): Promise<TortureCounts> {
  const { randomness, workers = 8, rounds = 10, signal } = options
  const call = signal === undefined ? {} : { signal }
  const numbers = Array.from({ length: workers }, (_, worker) => worker)
  const counts = { races: 0, racesWon: 0, readsOfShared: 0 }
  const living = new Set(['shared'])
  await store.put('shared', selfProvingBody(randomness), call)
  for (let round = 0; round < rounds; round++) {
    const raced = `raced/${round}`
    const outcomes = await Promise.allSettled(
      numbers.map(async (worker) => {
        await ownFiles(store, worker, round, options)
        await store.put('shared', selfProvingBody(randomness), call)
        assertWhole(await store.get('shared', call))
        counts.readsOfShared += 1
        const body = selfProvingBody(randomness)
        const won = await store.put(raced, body, { ...call, exclusive: true }).then(
          () => true,
          (error: unknown) => assertCode(Promise.reject(error), 'STORE_FAILED').then(() => false),
        )
        return won ? Buffer.concat(body) : undefined
      }),
    )
    const bodies = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    })
    const winners = bodies.filter((body) => body !== undefined)
    assert.ok(winners.length <= 1, `${winners.length} writers won a race for one new key`)
    counts.races += 1
    const [winner] = winners
    if (winner === undefined) {
      // Allowed: each saw the other and stood back. Then nothing may be there.
      assert.equal(await store.stat(raced, call), undefined, 'a race that nobody won left a file')
      continue
    }
    counts.racesWon += 1
    living.add(raced)
    assert.ok((await store.get(raced, call)).equals(winner), 'the file of a race is not the winner’s')
  }
  for (const worker of numbers) living.add(ownKey(worker, rounds - 1))
  const listed = (await collect(store.list('', call))).map((file) => file.key).sort()
  assert.deepEqual(listed, [...living].sort(), 'a listing is not what was written and not removed')
  return counts
}

/** Writes a file, replaces it, reads it back, and removes the one of the round before. */
async function ownFiles(store: ObjectStore, worker: number, round: number, { randomness, signal }: TortureOptions) {
  const call = signal === undefined ? {} : { signal }
  const key = ownKey(worker, round)
  await store.put(key, selfProvingBody(randomness), call)
  const body = Buffer.concat(selfProvingBody(randomness))
  await store.put(key, [body], call)
  assert.ok((await store.get(key, call)).equals(body), 'a file that was replaced is read as it was before')
  assert.equal((await store.stat(key, call))?.size, body.length, 'a file that was replaced has its former size')
  if (round === 0) return
  const former = ownKey(worker, round - 1)
  await store.delete(former, call)
  await assertCode(store.get(former, call), 'STORE_KEY_MISSING')
  assert.equal(await store.stat(former, call), undefined, 'a file that was removed is still there')
}

function ownKey(worker: number, round: number): string {
  return `own/${worker}/${round}`
}

/** A body of some length that begins with the digest of the rest: torn ones are known without their writer. */
function selfProvingBody(randomness: Randomness): Buffer[] {
  const length = 1 + (randomness.bytes(4).readUInt32LE() % LARGEST_BODY_BYTES)
  const rest = Buffer.alloc(length, randomness.bytes(61))
  return [createHash('sha256').update(rest).digest(), rest]
}

function assertWhole(read: Buffer): void {
  const digest = createHash('sha256').update(read.subarray(DIGEST_BYTES)).digest()
  assert.ok(digest.equals(read.subarray(0, DIGEST_BYTES)), 'a file that others replace was read in parts of two')
}
