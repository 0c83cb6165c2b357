import { tmpdir } from 'node:os'
import type { OperationContext } from '../../src/operations/operation-context.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { Repository } from '../../src/repository.ts'
import { memory } from '../../src/stores/memory-store.ts'
import { reopen, system } from '../object-layer.ts'

let processes = 0

/** A new repository in memory, or in the store given. Two of one `seed` have one key, so equal content has equal ids. */
export function createRepository(store: ObjectStore = memory(), seed = `create ${processes++}`): Promise<Repository> {
  return Repository.create(store, system(seed))
}

/** The repository of a store as another process sees it. */
export function openRepository(store: ObjectStore): Promise<Repository> {
  return Repository.open(store, system(`process ${processes++}`))
}

/** What operations get of a repository: for tests that look at trees and objects. */
export async function contextOf(store: ObjectStore): Promise<OperationContext> {
  const { clock, randomness } = system(`context ${processes++}`)
  return { objects: await reopen(store), clock, randomness, temporaryFolder: tmpdir() }
}
