import { expect, it } from 'vitest'
import { create, rows, storeWith } from '../../test/object-layer.ts'
import { memory } from '../stores/memory-store.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'
import { PackWriter } from './pack-writer.ts'

/** A writer of packs of one object each, into a store whose puts of packs end when they are told to. */
async function writerOf(parallelPuts?: number) {
  const inner = memory()
  const puts: { end(): void; fail(error: Error): void }[] = []
  const store = storeWith(inner, {
    ...(parallelPuts === undefined ? {} : { parallelPuts }),
    put: (key, body, options) => {
      if (!key.startsWith('packs/')) return inner.put(key, body, options)
      return new Promise((resolve, reject) => puts.push({ end: resolve, fail: reject }))
    },
  })
  const durable: string[] = []
  const writer = new PackWriter(((await create(store)) as OpenedObjectRepository).context, {
    packBytes: 1,
    signal: undefined,
    onDurable: async ({ entries }) => void durable.push(entries[0]?.id.slice(0, 1) as string),
  })
  const append = async (number: number): Promise<void> => {
    const payload = rows(1, number)
    const header = { encoding: 'plain' as const, plainBytes: payload.length }
    await writer.append({ kind: 'chunk', id: String(number).repeat(40) as ObjectId, header, payload })
  }
  return { writer, append, puts, durable }
}

it.each([
  [1, undefined],
  [3, 3],
])('%i packs are put at a time where the store asks for %s', async (atOnce, asked) => {
  const { writer, append, puts } = await writerOf(asked)
  for (let number = 0; number < atOnce; number++) await append(number)
  expect(puts).toHaveLength(atOnce)
  const next = append(atOnce)
  await writerTurn()
  expect(puts).toHaveLength(atOnce)
  puts[0]?.end()
  await next
  expect(puts).toHaveLength(atOnce + 1)
  for (const put of puts) put.end()
  await writer.finish()
})

it('packs become known in their order, however their puts end', async () => {
  const { writer, append, puts, durable } = await writerOf(3)
  for (const number of [0, 1, 2]) await append(number)
  puts[2]?.end()
  puts[1]?.end()
  await writerTurn()
  expect(durable).toEqual([])
  puts[0]?.end()
  await writer.finish()
  expect(durable).toEqual(['0', '1', '2'])
})

it('what follows a pack that could not be put does not become known', async () => {
  const { writer, append, puts, durable } = await writerOf(3)
  for (const number of [0, 1, 2]) await append(number)
  puts[0]?.end()
  puts[1]?.fail(new Error('unplugged'))
  puts[2]?.end()
  await expect(writer.finish()).rejects.toThrow('unplugged')
  await writer.settle()
  expect(durable).toEqual(['0'])
})

/** Lets everything run that waits for nothing. */
function writerTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
