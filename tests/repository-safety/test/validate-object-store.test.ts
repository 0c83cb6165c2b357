import { randomBytes } from 'node:crypto'
import { validateObjectStore } from '@dbsnap/adapter-test-kit'
import { memory, type ObjectStore } from '@dbsnap/core'
import { expect, it } from 'vitest'

const options = { randomness: { bytes: randomBytes }, scratch: 'scratch' }

/** A memory store with some calls done otherwise. */
function lying(change: (honest: ObjectStore) => Partial<ObjectStore>): ObjectStore {
  const honest = memory()
  const store: ObjectStore = {
    label: honest.label,
    put: (...call) => honest.put(...call),
    get: (...call) => honest.get(...call),
    stat: (...call) => honest.stat(...call),
    list: (...call) => honest.list(...call),
    delete: (...call) => honest.delete(...call),
    close: async () => {},
  }
  return { ...store, ...change(honest) }
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

it('an honest store holds all, and keeps what was in it and nothing else', async () => {
  const store = lying(() => ({}))
  await store.put('config', [Buffer.from('mine')])
  const said: string[] = []
  const report = await validateObjectStore(() => store, { ...options, onLaw: ({ name }) => said.push(name) })
  expect(report).toMatchObject({ holds: true, torture: { races: 10, readsOfShared: 80 } })
  expect(report.torture?.racesWon).toBeGreaterThan(0)
  expect(report.laws).toHaveLength(13)
  expect(said).toEqual(report.laws.map((law) => law.name))
  expect(await keysOf(store)).toEqual(['config'])
})

const lies = {
  'takes every exclusive write': {
    store: () =>
      lying((honest) => ({ put: (key, body, { exclusive: _, ...rest } = {}) => honest.put(key, body, rest) })),
    broken: ['exclusive-writes-once', 'concurrency-torture'],
  },
  'gives short data past the end': {
    store: () =>
      lying((honest) => ({
        get: async (key, { range, ...rest } = {}) => {
          const whole = await honest.get(key, rest)
          return range === undefined ? whole : whole.subarray(range.offset, range.offset + range.length)
        },
      })),
    broken: ['ranges-are-exact'],
  },
  'lists what was removed, once more': {
    store: () =>
      lying((honest) => {
        const removed = new Map<string, Date>()
        return {
          delete: async (key, rest) => {
            if (await honest.stat(key)) removed.set(key, new Date(0))
            await honest.delete(key, rest)
          },
          async *list(prefix, rest) {
            yield* honest.list(prefix, rest)
            for (const [key, modified] of removed) {
              removed.delete(key)
              if (key.startsWith(prefix)) yield { key, size: 1, modified }
            }
          },
        }
      }),
    broken: ['concurrency-torture'],
  },
} as const

it.each(Object.entries(lies))('a store that %s is found out', async (_, { store, broken }) => {
  const one = store()
  const report = await validateObjectStore(() => one, options)
  expect(report.holds).toBe(false)
  const found = report.laws.filter((law) => !law.holds)
  expect(found.map((law) => law.name)).toEqual(expect.arrayContaining([...broken]))
  for (const { problem } of found) expect(problem).not.toBe('')
})

it('a cancelled validation ends as interrupted and leaves nothing', async () => {
  const store = lying(() => ({}))
  const controller = new AbortController()
  const validation = validateObjectStore(() => store, {
    ...options,
    signal: controller.signal,
    onLaw: () => controller.abort(),
  })
  await expect(validation).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(await keysOf(store)).toEqual([])
})
