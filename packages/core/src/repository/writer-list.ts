import { parseSnapshotId, type SnapshotId } from '../values/snapshot-id.ts'
import type { RepositoryContext } from './repository-context.ts'
import { fileId, WRITERS_PREFIX } from './repository-files.ts'
import { closeName } from './tombstones.ts'
import { readWriterFacts, type WriterFacts } from './writer-file.ts'

/** A writer that is registered. */
export interface RegisteredWriter extends Partial<WriterFacts> {
  readonly id: SnapshotId
  /** Milliseconds since its last sign of life, by the store's own clock. */
  readonly silent: number
  /** Whether it is silent for longer than its lease: it may be declared dead. */
  readonly expired: boolean
}

/** All registered writers. `now` is the store's. */
export async function listWriters(context: RepositoryContext, now: Date): Promise<RegisteredWriter[]> {
  const writers: RegisteredWriter[] = []
  for await (const { key, modified } of context.store.list(WRITERS_PREFIX)) {
    const name = fileId(key)
    if (name === undefined) continue
    const id = parseSnapshotId(name)
    const facts = await readWriterFacts(context, id)
    const silent = Math.max(0, now.getTime() - modified.getTime())
    writers.push({ id, ...facts, silent, expired: silent > (facts?.lease ?? context.writerLease) })
  }
  return writers
}

export async function isRegistered(context: RepositoryContext, id: string): Promise<boolean> {
  return (await context.store.stat(WRITERS_PREFIX + id)) !== undefined
}

/**
 * Declares a writer dead: takes the name under which it could publish, then its registration. Whatever it has published
 * before stands; it can publish nothing from now on, whenever it wakes. In this order, so that a registration that is gone
 * always means that.
 */
export async function declareDead(context: RepositoryContext, id: SnapshotId): Promise<void> {
  await closeName(context, id)
  await context.store.delete(WRITERS_PREFIX + id)
}
