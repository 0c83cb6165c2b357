import type { ObjectStore, StoredFile } from '@dbsnap/core/ports'
import type { FaultSchedule } from './fault-schedule.ts'

/** Calls of a store. A listing is one step, at its beginning. */
export type StoreCall = 'put' | 'get' | 'stat' | 'list' | 'delete'

/** Options of `faultyStore`. */
export interface FaultyStoreOptions {
  /** Which calls count as steps. Default all. */
  readonly calls?: readonly StoreCall[]
}

/** A store whose calls are the steps of a fault schedule. */
export function faultyStore(
  store: ObjectStore,
  schedule: FaultSchedule,
  { calls = ['put', 'get', 'stat', 'list', 'delete'] }: FaultyStoreOptions = {},
): ObjectStore {
  const step = <T>(call: StoreCall, key: string, effect: () => Promise<T>): Promise<T> =>
    calls.includes(call) ? schedule.step(`${call} ${key}`, effect) : effect()
  return {
    label: `faulty ${store.label}`,
    put: (key, body, options) => step('put', key, () => store.put(key, body, options)),
    get: (key, options) => step('get', key, () => store.get(key, options)),
    stat: (key, options) => step('stat', key, () => store.stat(key, options)),
    delete: (key, options) => step('delete', key, () => store.delete(key, options)),
    async *list(prefix, options): AsyncGenerator<StoredFile> {
      await step('list', prefix, async () => {})
      yield* store.list(prefix, options)
    },
    close: () => store.close(),
  }
}
