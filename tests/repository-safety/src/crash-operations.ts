import type { MemoryDatabase } from '@dbsnap/adapter-test-kit'
import { isDbSnapError, type ObjectStore, type PruneOptions, type Repository } from '@dbsnap/core'
import { type CrashBases, OTHER_KEY } from './crash-bases.ts'
import { createSafetyRepository, openSafetyRepository } from './safety-repository.ts'

/** Operations that are crashed at every call of their store. */
export const CRASHED_OPERATIONS = [
  'init',
  'take',
  'copy',
  'index rebuild',
  'rebuild of a lost index',
  'forget',
  'prune',
  'prune of what is due',
  'prune after one that was killed',
  'purge',
  'unlock',
  'key add',
  'key rotate',
  'key remove',
] as const
export type CrashedOperation = (typeof CRASHED_OPERATIONS)[number]

/** How an operation is crashed. */
export interface CrashedRun {
  /** Copied for each crash; absent: an empty store. */
  readonly base?: ObjectStore
  /** Done to the copy before. */
  readonly prepare?: (store: ObjectStore) => Promise<void>
  readonly run: (store: ObjectStore) => Promise<void>
  /** After a crash; default `run`. */
  readonly runAgain?: (store: ObjectStore) => Promise<void>
  /** Whether a check finds damage before it is run again: what it is there to repair. */
  readonly repairs?: boolean
  /** What must hold in the end beside the snapshots, in words. */
  readonly fault?: (repository: Repository, store: ObjectStore) => Promise<string | undefined>
  /** How many snapshots of the base are kept: the newest; default all. */
  readonly forgets?: number
}

export function crashedRuns(bases: CrashBases, database: MemoryDatabase): Record<CrashedOperation, CrashedRun> {
  const on = (work: (repository: Repository) => Promise<unknown>) => async (store: ObjectStore) => {
    await work(await openSafetyRepository(store))
  }
  const prune = (base: ObjectStore, options: PruneOptions = {}): CrashedRun => ({
    base,
    run: on((repository) => repository.prune({ grace: 0, ...options })),
    runAgain: on((repository) => pruneToTheEnd(repository, options)),
    fault: leftOver,
  })
  const rebuild = on((repository) => repository.check({ repairIndex: true }))
  return {
    init: { run: createUnlessThere },
    take: { base: bases.two, run: on((repository) => repository.take(database)) },
    copy: {
      base: bases.copied,
      run: async (store) => {
        await (await openSafetyRepository(bases.two)).copyTo(await openSafetyRepository(store))
      },
    },
    'index rebuild': { base: bases.two, run: rebuild },
    'rebuild of a lost index': { base: bases.two, prepare: loseIndex, run: rebuild, repairs: true },
    forget: { base: bases.two, run: on(forgetOldest), forgets: 1 },
    prune: prune(bases.prunable),
    'prune of what is due': prune(bases.marked),
    'prune after one that was killed': prune(bases.halfMarked),
    purge: prune(bases.prunable, { purge: true }),
    unlock: {
      base: bases.deadWriter,
      run: on(unlockAll),
      fault: async (repository) => ((await repository.writers()).length > 0 ? 'a dead writer is left' : undefined),
    },
    'key add': { base: bases.two, run: on(({ keys }) => keys.add(OTHER_KEY)) },
    'key rotate': { base: bases.twoKeys, run: on(rotateOther) },
    'key remove': { base: bases.twoKeys, run: on(removeOther) },
  }
}

async function loseIndex(store: ObjectStore): Promise<void> {
  for await (const { key } of store.list('index/')) await store.delete(key)
}

async function forgetOldest(repository: Repository): Promise<void> {
  const [, ...older] = await repository.list()
  if (older.length > 0) await repository.forget({ snapshots: older })
}

async function unlockAll(repository: Repository): Promise<void> {
  const writers = (await repository.writers()).map(({ id }) => id)
  await repository.unlock({ writers, force: true })
}

/** As somebody does who has found a prune dead. One prune marks and deletes what nobody is waited for; the second finds what the first had to leave. */
async function pruneToTheEnd(repository: Repository, options: PruneOptions): Promise<void> {
  await unlockAll(repository)
  for (let i = 0; i < 2; i++) await repository.prune({ grace: 0, ...options })
}

/** What prunes have left behind. */
async function leftOver(repository: Repository, store: ObjectStore): Promise<string | undefined> {
  for (const prefix of ['condemned/', 'writers/']) {
    for await (const { key } of store.list(prefix)) return `${key} is left`
  }
  const { deleted, moved } = await repository.prune({ dryRun: true, grace: 0 })
  return deleted.packs + moved.packs > 0 ? `${deleted.packs} packs are left that nothing needs` : undefined
}

async function otherSlot({ keys }: Repository): Promise<string | undefined> {
  return (await keys.list()).find(({ current }) => !current)?.id
}

async function rotateOther(repository: Repository): Promise<void> {
  const key = { masterKey: '2e'.repeat(32) }
  const slot = await otherSlot(repository)
  await (slot === undefined ? repository.keys.add(key) : repository.keys.rotate(slot, key))
}

async function removeOther(repository: Repository): Promise<void> {
  const slot = await otherSlot(repository)
  if (slot !== undefined) await repository.keys.remove(slot)
}

/** A crash after the last step leaves a repository; making it again then says so. */
async function createUnlessThere(store: ObjectStore): Promise<void> {
  try {
    await createSafetyRepository(store)
  } catch (error) {
    if (!isDbSnapError(error) || error.code !== 'REPOSITORY_EXISTS') throw error
  }
}
