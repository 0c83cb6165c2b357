import { StoreFailedError } from '../errors/store-failed-error.ts'

/** For a writer that finds its registration gone, or its name taken. */
export function declaredDead(key: string): StoreFailedError {
  return new StoreFailedError(`${key} is gone: another process has declared this writer dead`, {
    hint: 'Run it again: what was stored is used.',
  })
}
