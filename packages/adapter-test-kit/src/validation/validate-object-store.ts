import { AssertionError } from 'node:assert'
import { isDbSnapError, throwIfInterrupted } from '@dbsnap/core/errors'
import type { ObjectStore, Randomness } from '@dbsnap/core/ports'
import { collect } from '../conformance/assert-code.ts'
import { OBJECT_STORE_LAWS } from '../conformance/law-manifest.ts'
import { scratchStore } from './scratch-store.ts'
import { type TortureCounts, tortureStore } from './torture-store.ts'

/** Options of `validateObjectStore`. */
export interface ValidateStoreOptions {
  readonly randomness: Randomness
  /** Folder of the store that all is written to: a legal key below which nothing is. */
  readonly scratch: string
  /** Aborted: ends as interrupted, what was written is removed. */
  readonly signal?: AbortSignal
  /** Called as each law is decided. */
  readonly onLaw?: (result: LawResult) => void
}

/** Whether one law holds. */
export interface LawResult {
  readonly name: string
  readonly promise: string
  readonly holds: boolean
  /** What went wrong, where it does not hold. */
  readonly problem?: string
}

/** What was found out about a store. */
export interface StoreValidation {
  /** Whether every law holds. */
  readonly holds: boolean
  readonly laws: readonly LawResult[]
  /** What the concurrency torture did; absent where it failed. */
  readonly torture?: TortureCounts
}

/** Needs a second store that cannot work, which nobody but the adapter's author has. */
const NEEDS_A_FIXTURE = 'secrets-stay-secret'

/**
 * Tries the laws of the port and a concurrency torture on a user's own store, in a scratch folder that is empty in
 * the end. Below 2 000 requests of S3 and 200 MB, up and down together. `open` is called several times: a law
 * closes its store. What breaks a law is reported and not thrown; what cannot be removed in the end is thrown.
 */
export async function validateObjectStore(
  open: () => ObjectStore,
  options: ValidateStoreOptions,
): Promise<StoreValidation> {
  const { randomness, scratch, signal, onLaw } = options
  const laws: LawResult[] = []
  let torture: TortureCounts | undefined
  const decide = async (name: string, promise: string, check: (store: ObjectStore) => Promise<void>) => {
    throwIfInterrupted(signal, 'validating the store')
    const store = open()
    const result = await check(scratchStore(store, `${scratch}/${name}`)).then(
      () => ({ name, promise, holds: true }),
      (error: unknown) => ({ name, promise, holds: false, problem: problemOf(error) }),
    )
    await store.close()
    throwIfInterrupted(signal, 'validating the store')
    laws.push(result)
    onLaw?.(result)
  }
  try {
    for (const law of OBJECT_STORE_LAWS) {
      if (law.name === NEEDS_A_FIXTURE) continue
      await decide(law.name, law.promise, (store) => law.check({ store, dispose: async () => {} }))
    }
    await decide(
      'concurrency-torture',
      'many writers and readers at once lose, tear and confuse nothing',
      async (store) => {
        torture = await tortureStore(store, { randomness, ...(signal === undefined ? {} : { signal }) })
      },
    )
  } finally {
    await removeAll(open(), scratch)
  }
  const holds = laws.every((law) => law.holds)
  return { holds, laws, ...(torture === undefined ? {} : { torture }) }
}

/** Not cancelled by the signal: what was written is removed in any case. */
async function removeAll(store: ObjectStore, scratch: string): Promise<void> {
  try {
    for (const { key } of await collect(store.list(`${scratch}/`))) await store.delete(key)
  } finally {
    await store.close()
  }
}

/** An assertion speaks of the laws' own bytes, an error of ours of no secret; any other might hold anything. */
function problemOf(error: unknown): string {
  if (isDbSnapError(error) || error instanceof AssertionError) return error.message.split('\n', 1)[0] ?? ''
  return `unexpected ${error instanceof Error ? error.name : typeof error}`
}
