import { describe, expect, it } from 'vitest'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { memory } from '../stores/memory-store.ts'
import { SystemClock } from '../system/system-clock.ts'
import { createObjectRepository } from './create-object-repository.ts'
import { openObjectRepository } from './open-object-repository.ts'

const system = { clock: new SystemClock(), randomness: seededRandomness('adopt') }

/** A repository in which a writer died after its first packs: one of 4 KiB objects, with no index. */
async function interrupted() {
  const store = memory()
  const repository = await createObjectRepository(store, { ...system, unencrypted: true })
  const writer = await repository.openWriter({ packBytes: 10_000 })
  const objects = Array.from({ length: 10 }, () => system.randomness.bytes(4096))
  for (const object of objects) await writer.store('chunk', writer.identify(object), object)
  await writer.flush()
  const indexFiles: string[] = []
  for await (const { key } of store.list('index/')) indexFiles.push(key)
  for (const key of indexFiles) await store.delete(key)
  const packs: string[] = []
  for await (const { key } of store.list('packs/')) packs.push(key)
  return { store, objects, packs }
}

async function storeAgain(store: ReturnType<typeof memory>, objects: readonly Buffer[]) {
  const repository = await openObjectRepository(store, system)
  const writer = await repository.openWriter()
  for (const object of objects) await writer.store('chunk', writer.identify(object), object)
  await writer.flush()
  for (const object of objects) expect(await repository.reader.read('chunk', writer.identify(object))).toEqual(object)
  return writer.counts
}

describe('adopting packs', () => {
  it('uses what an interrupted writer left', async () => {
    const { store, objects, packs } = await interrupted()
    expect(packs.length).toBeGreaterThan(2)
    expect(await storeAgain(store, objects)).toMatchObject({ objects: 0, known: 10 })
  })

  it('passes over what cannot be read', async () => {
    const { store, objects, packs } = await interrupted()
    const cut = packs[0] as string
    await store.put(cut, [(await store.get(cut)).subarray(0, -1)])
    const counts = await storeAgain(store, objects)
    expect(counts.objects).toBeGreaterThan(0)
    expect(counts.known).toBeGreaterThan(0)
    expect(counts.objects + counts.known).toBe(10)
  })

  it('does not hide that the store fails', async () => {
    const { store, objects, packs } = await interrupted()
    const failing: typeof store = Object.create(store, {
      label: { value: 'failing' },
      put: { value: store.put.bind(store) },
      delete: { value: store.delete.bind(store) },
      list: { value: store.list.bind(store) },
      get: {
        value: (key: string, options: object) =>
          packs.includes(key) ? Promise.reject(new Error('no answer')) : store.get(key, options),
      },
    })
    await expect(storeAgain(failing, objects)).rejects.toThrow('no answer')
  })
})
