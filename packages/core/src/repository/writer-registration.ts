import { StoreFailedError } from '../errors/store-failed-error.ts'
import type { RepositoryContext } from './repository-context.ts'
import { FILE_ID_BYTES, WRITERS_PREFIX } from './repository-files.ts'

/** Announces a writer, so that prune leaves alone what it may rest on. Resolves with the file's key. */
export async function registerWriter(context: RepositoryContext): Promise<string> {
  const key = WRITERS_PREFIX + context.randomness.bytes(FILE_ID_BYTES).toString('hex')
  const facts = { format: 1, started: context.clock.now().toISOString() }
  await context.store.put(key, [Buffer.from(`${JSON.stringify(facts)}\n`, 'utf8')], { exclusive: true })
  return key
}

/**
 * Throws `StoreFailedError` where the registration is gone: a prune has declared this writer dead and may delete what
 * it rests on, so it must not publish a snapshot.
 */
export async function requireRegistration(context: RepositoryContext, key: string): Promise<void> {
  if ((await context.store.stat(key)) !== undefined) return
  throw new StoreFailedError(`${key} is gone: another process has declared this writer dead`, {
    hint: 'Run it again: what was stored is used.',
  })
}
