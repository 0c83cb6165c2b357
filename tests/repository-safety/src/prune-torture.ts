import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder, type ObjectStore, type Repository } from '@dbsnap/core'
import { createSafetyRepository, openSafetyRepository } from './safety-repository.ts'
import { DisturbedChildren, TOMBSTONE_BYTES } from './torture-children.ts'
import { digestFault } from './torture-faults.ts'
import { TORTURE_LEASE, type TortureEvent } from './torture-order.ts'

export interface PruneTortureOptions {
  /** Ends it: an abort is its regular end. */
  readonly end: AbortSignal
  readonly onEvent?: (name: string, event: TortureEvent) => void
}

export interface PruneTortureResult {
  readonly takes: number
  /** Takes and prunes that ended because they had been declared dead. */
  readonly refused: number
  readonly prunes: number
  /** Prunes that deleted packs. */
  readonly deleting: number
  /** Prunes that found packs needed again which had been marked: a take that was running then had reused them. */
  readonly sparing: number
  /** Times that everything a running take rested on was forgotten. */
  readonly forgottenParents: number
  /** Processes killed while they were registered, and suspended until they were declared dead, then resumed. */
  readonly killed: Readonly<Record<'takes' | 'prunes', number>>
  readonly resumed: Readonly<Record<'takes' | 'prunes', number>>
  /** Of the resumed ones, those that ended with `STORE_FAILED`. */
  readonly resumedRefused: Readonly<Record<'takes' | 'prunes', number>>
  /** Snapshots that were there at the end. */
  readonly left: number
  readonly failures: readonly string[]
}

/** Prunes at the end, without grace: after two nothing may be left to do; the others show that nothing is done. */
const LAST_PRUNES = 4

/**
 * Two writers and two prunes in processes of their own, on one repository in a folder, with leases and grace of seconds: takes, forgets,
 * prunes; processes are killed, and suspended past their lease and resumed. Every snapshot must read as it was written, when it is
 * forgotten or at the end; then a check of all data is clean, and after the last prunes nothing is left that nothing needs.
 */
export async function runPruneTorture({ end, onEvent }: PruneTortureOptions): Promise<PruneTortureResult> {
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-torture-'))
  const path = join(place, 'repository')
  try {
    const store = folder(path)
    await (await createSafetyRepository(store)).close()
    const children = new DisturbedChildren(path, store, onEvent)
    await children.run(end)
    const { counts, failures, closed } = children
    for (const id of closed) {
      if ((await store.stat(`snapshots/${id}`))?.size !== TOMBSTONE_BYTES)
        failures.push(`${id} has published after all`)
    }
    const left = await judge(store, failures)
    return { ...counts, left, failures }
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Adds what does not hold. Resolves with the number of snapshots that are there. */
async function judge(store: ObjectStore, failures: string[]): Promise<number> {
  const repository = await openSafetyRepository(store, { writerLease: TORTURE_LEASE })
  const writers = (await repository.writers()).map(({ id }) => id)
  await repository.unlock({ writers, force: true })
  await judgeSnapshots(store, repository, failures)
  for (let i = 0; i < LAST_PRUNES; i++) await repository.prune({ grace: 0, purge: true })
  const after = await openSafetyRepository(store)
  const left = await judgeSnapshots(store, after, failures)
  const { unnamedBytes, packs } = await after.stats()
  if (unnamedBytes > 0) failures.push(`${unnamedBytes} bytes are left that nothing needs, in ${packs.files} packs`)
  for (const prefix of ['condemned/', 'writers/']) {
    for await (const { key } of store.list(prefix)) failures.push(`${key} is left`)
  }
  return left
}

async function judgeSnapshots(store: ObjectStore, repository: Repository, failures: string[]): Promise<number> {
  const report = await repository.check({ readFraction: 1 })
  if (!report.sound) failures.push(`not sound: ${JSON.stringify(report.damage)}`)
  const snapshots = await repository.list()
  for (const { id, tags } of snapshots) {
    const why = await digestFault(store, repository, id, tags)
    if (why !== undefined) failures.push(`snapshot ${id}: ${why}`)
  }
  return snapshots.length
}
