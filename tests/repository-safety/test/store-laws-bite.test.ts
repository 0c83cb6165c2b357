import { OBJECT_STORE_LAWS, type ObjectStoreFixture, type ObjectStoreLawName } from '@dbsnap/adapter-test-kit'
import { memory, type ObjectStore, StoreFailedError } from '@dbsnap/core'
import { describe, expect, it } from 'vitest'

type Breaking = (store: ObjectStore) => Partial<ObjectStore> & { fixture?: Partial<ObjectStoreFixture> }

const failure = (text: string) => new StoreFailedError(text, { hint: 'none' })

/** For each law a way to break it that somebody might write. */
const breakings: Record<ObjectStoreLawName, Breaking> = {
  'read-after-write': (store) => ({
    put: async (key, body, options) => {
      if ((await store.stat(key)) === undefined) await store.put(key, body, options)
    },
  }),
  'parts-are-joined': (store) => ({ put: (key, body, options) => store.put(key, body.slice(0, 1024), options) }),
  'sizes-round-trip': (store) => ({
    put: async (key, body, options) => {
      if (Buffer.concat(body).length > 0) await store.put(key, body, options)
    },
  }),
  'ranges-are-exact': (store) => ({
    get: async (key, options = {}) => {
      const { range, ...rest } = options
      const body = await store.get(key, rest)
      return range === undefined ? body : body.subarray(range.offset, range.offset + range.length)
    },
  }),
  'missing-is-said': (store) => ({
    delete: async (key) => {
      await store.get(key)
      await store.delete(key)
    },
  }),
  'legal-keys-survive': (store) => ({
    put: (key, body, options) => store.put(key.replace('..b', '-b'), body, options),
  }),
  'exclusive-writes-once': (store) => ({
    put: async (key, body, options = {}) => {
      if (options.exclusive && (await store.stat(key)) !== undefined) throw failure(key)
      await store.put(key, body)
    },
  }),
  'replace-is-atomic': (store) => ({
    put: async (key, body) => {
      await store.put(key, [Buffer.concat(body).subarray(0, 1000)])
      await new Promise(setImmediate)
      await store.put(key, body)
    },
  }),
  'failed-write-leaves-nothing': (store) => ({
    put: async (key, body, options) => {
      await store.put(key, [])
      await store.put(key, body, options)
    },
  }),
  'listing-is-exact': (store) => ({
    async *list(prefix, options) {
      for await (const file of store.list(prefix, options)) {
        if (!file.key.endsWith('/299')) yield file
      }
    },
  }),
  'cancelling-stops': (store) => ({ get: (key) => store.get(key) }),
  'secrets-stay-secret': (store) => ({
    fixture: {
      unusable: {
        store: { ...bound(store), put: () => Promise.reject(failure('cannot reach https://me:hunter2@host')) },
        secrets: ['hunter2'],
      },
    },
  }),
  'closing-is-final': () => {
    let closed = 0
    return {
      close: async () => {
        if (closed++ > 0) throw failure('closed already')
      },
    }
  },
}

function bound(store: ObjectStore): ObjectStore {
  return {
    label: store.label,
    put: store.put.bind(store),
    get: store.get.bind(store),
    stat: store.stat.bind(store),
    list: store.list.bind(store),
    delete: store.delete.bind(store),
    close: store.close.bind(store),
  }
}

describe('a store that breaks a law', () => {
  it.each(OBJECT_STORE_LAWS.map((law) => [law.name, law] as const))('%s is found out', async (name, law) => {
    const store = memory()
    const { fixture, ...broken } = breakings[name](store)
    const dispose = async (): Promise<void> => {}
    await expect(law.check({ store: { ...bound(store), ...broken }, dispose, ...fixture })).rejects.toThrow()
    await law.check({ store: memory(), dispose })
  })
})
