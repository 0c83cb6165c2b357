import { isDeepStrictEqual } from 'node:util'
import type { ObjectStore, Repository } from '@dbsnap/core'
import { COLLECTION, GeneratedSource } from './generated-source.ts'
import { openSafetyRepository } from './safety-repository.ts'

/** A snapshot that was taken to its end, and what is in it. */
export interface KeptSnapshot {
  readonly id: string
  readonly version: number
  readonly bytes: number
}

/** Takes a snapshot in a repository of its own opening. */
export async function takeKept(store: ObjectStore, version: number, bytes: number): Promise<KeptSnapshot> {
  const repository = await openSafetyRepository(store)
  try {
    const { id } = await repository.take(new GeneratedSource({ version, bytes }))
    return { id, version, bytes }
  } finally {
    await repository.close()
  }
}

export interface ExpectedSnapshots {
  /** Must be listed and read in full. */
  readonly read: readonly KeptSnapshot[]
  /** Must be listed. */
  readonly list: readonly KeptSnapshot[]
  /** The take that was interrupted last: it may be listed, and reads in full if it is. */
  readonly tried?: Omit<KeptSnapshot, 'id'>
}

/**
 * What is wrong with a repository, in words: a snapshot that is gone or does not read in full, one that is listed and
 * was never taken to its end. Resolves also with the interrupted take's snapshot, if it got that far.
 */
export async function findFaults(
  store: ObjectStore,
  expected: ExpectedSnapshots,
): Promise<{ faults: string[]; finished: KeptSnapshot | undefined }> {
  const { read, list, tried } = expected
  const faults: string[] = []
  const repository = await openSafetyRepository(store)
  try {
    const listed = new Set((await repository.list()).map(({ id }): string => id))
    for (const { id } of [...read, ...list]) if (!listed.delete(id)) faults.push(`snapshot ${id} is gone`)
    const [id, ...others] = listed
    if (others.length > 0 || (id !== undefined && tried === undefined)) faults.push('a snapshot came out of nowhere')
    const finished = id === undefined || tried === undefined ? undefined : { id, ...tried }
    for (const snapshot of finished === undefined ? read : [...read, finished]) {
      const fault = await readFault(repository, snapshot)
      if (fault !== undefined) faults.push(`snapshot ${snapshot.id}: ${fault}`)
    }
    return { faults, finished }
  } finally {
    await repository.close()
  }
}

/** Reads every record of a snapshot and compares it with what was taken. */
async function readFault(repository: Repository, snapshot: KeptSnapshot): Promise<string | undefined> {
  const expected = new GeneratedSource(snapshot).rows()
  let count = 0
  try {
    for await (const record of repository.records(snapshot.id, COLLECTION)) {
      const row = expected.next()
      if (row.done || !isDeepStrictEqual(Object.values(record), row.value)) return `record ${count} is another`
      count++
    }
  } catch (error) {
    return `record ${count} cannot be read: ${error}`
  }
  return expected.next().done ? undefined : `it ends after ${count} records`
}
