import { checkStoreKey } from '@dbsnap/core/adapter'
import type { ByteRange, ObjectStore, StoreCallOptions, StoredFile } from '@dbsnap/core/ports'

/** The part of a store whose keys begin with `folder` and a slash, as a store of its own. Closing it closes the store. */
export function scratchStore(store: ObjectStore, folder: string): ObjectStore {
  // Checked before the folder is put in front of it: the empty key would become a legal one.
  const within = (key: string): string => {
    checkStoreKey(key)
    return `${folder}/${key}`
  }
  const without = (file: StoredFile): StoredFile => ({ ...file, key: file.key.slice(folder.length + 1) })
  return {
    label: store.label,
    put: async (key: string, body: readonly Uint8Array[], options) => store.put(within(key), body, options),
    get: async (key: string, options?: StoreCallOptions & { readonly range?: ByteRange }) =>
      store.get(within(key), options),
    stat: async (key: string, options?: StoreCallOptions) => {
      const file = await store.stat(within(key), options)
      return file === undefined ? undefined : without(file)
    },
    async *list(prefix: string, options?: StoreCallOptions) {
      for await (const file of store.list(`${folder}/${prefix}`, options)) yield without(file)
    },
    delete: async (key: string, options?: StoreCallOptions) => store.delete(within(key), options),
    close: () => store.close(),
  }
}
