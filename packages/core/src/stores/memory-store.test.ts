import { describe, expect, it } from 'vitest'
import { memory } from './memory-store.ts'

const text = (value: string): Buffer[] => [Buffer.from(value)]

async function keys(store: ReturnType<typeof memory>, prefix = ''): Promise<string[]> {
  const found: string[] = []
  for await (const file of store.list(prefix)) found.push(file.key)
  return found.sort()
}

describe('memory store', () => {
  it('joins the parts, keeps a copy of them and gives out copies', async () => {
    const store = memory()
    const part = Buffer.from('ab')
    await store.put('a/b', [part, Buffer.from('cd')])
    part.fill(0)
    const read = await store.get('a/b')
    expect(read.toString()).toBe('abcd')
    read.fill(0)
    expect((await store.get('a/b', { range: { offset: 1, length: 2 } })).toString()).toBe('bc')
  })

  it('refuses a range past the end, an unknown key and an illegal key', async () => {
    const store = memory()
    await store.put('a', text('abc'))
    for (const range of [
      { offset: 1, length: 3 },
      { offset: -1, length: 1 },
      { offset: 0, length: -1 },
    ]) {
      await expect(store.get('a', { range })).rejects.toMatchObject({ code: 'DAMAGED' })
    }
    await expect(store.get('b')).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
    await expect(store.get('../a')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(keys(store, '../')).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('writes an exclusive key once', async () => {
    const store = memory()
    await store.put('a', text('first'), { exclusive: true })
    await expect(store.put('a', text('second'), { exclusive: true })).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect((await store.get('a')).toString()).toBe('first')
    await store.put('a', text('third'))
    expect((await store.get('a')).toString()).toBe('third')
  })

  it('lists by prefix, with sizes and rising times, and forgets what was deleted', async () => {
    const store = memory()
    await store.put('a/1', text('x'))
    await store.put('a/2', text('xy'))
    await store.put('b/1', text('z'))
    expect(await keys(store, 'a/')).toEqual(['a/1', 'a/2'])
    const [first, second] = [await store.stat('a/1'), await store.stat('a/2')]
    expect(second?.size).toBe(2)
    expect(second?.modified.getTime()).toBeGreaterThan(first?.modified.getTime() as number)
    await store.delete('a/1')
    await store.delete('a/1')
    expect(await store.stat('a/1')).toBeUndefined()
    expect(await keys(store)).toEqual(['a/2', 'b/1'])
    await store.close()
  })

  it('does not list what is deleted while it lists', async () => {
    const store = memory()
    await store.put('a', text('x'))
    await store.put('b', text('x'))
    const listing = store.list('')[Symbol.asyncIterator]()
    await listing.next()
    await store.delete('b')
    expect((await listing.next()).done).toBe(true)
  })

  it('takes the time from the clock it was given', async () => {
    const store = memory({ clock: { now: () => new Date(42) } })
    await store.put('a', text('x'))
    expect((await store.stat('a'))?.modified).toEqual(new Date(42))
  })

  it('does nothing for a caller that is interrupted', async () => {
    const store = memory()
    await store.put('a', text('x'))
    const options = { signal: AbortSignal.abort() }
    const calls = [
      store.put('b', text('x'), options),
      store.get('a', options),
      store.stat('a', options),
      store.delete('a', options),
      (async () => {
        for await (const _ of store.list('', options)) expect.fail()
      })(),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(await keys(store)).toEqual(['a'])
  })
})
