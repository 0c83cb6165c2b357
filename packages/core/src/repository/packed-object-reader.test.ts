import { describe, expect, it } from 'vitest'
import { keysOf, onlyKey, reopen, system } from '../../test/object-layer.ts'
import { smallRepository } from '../../test/small-repository.ts'
import type { ObjectId } from '../values/index.ts'
import { openObjectRepository } from './index.ts'

describe('reading', () => {
  it('looks for new index files no more often than every two seconds', async () => {
    const { store } = await smallRepository()
    let listings = 0
    const list = store.list.bind(store)
    store.list = (prefix, options) => {
      if (prefix === 'index/') listings++
      return list(prefix, options)
    }
    let now = 0
    const options = system('paused')
    const clock = { ...options.clock, monotonic: () => now }
    const { reader } = await openObjectRepository(store, { ...options, clock })
    const miss = (): Promise<void> =>
      expect(reader.read('chunk', 'ab'.repeat(20) as ObjectId)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    for (let i = 0; i < 3; i++) await miss()
    expect(listings).toBe(2)
    now = 2000
    await miss()
    expect(listings).toBe(3)
  })

  it('tells a missing object from a damaged one and from a store that fails', async () => {
    const { store, ids, packs } = await smallRepository()
    const { reader } = await reopen(store)
    const nobody = 'ab'.repeat(20) as ObjectId
    await expect(reader.read('chunk', nobody)).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      data: { kind: 'chunk', id: nobody },
    })
    const get = store.get.bind(store)
    store.get = () => Promise.reject(new Error('unplugged'))
    await expect(reader.read('chunk', ids[0] as ObjectId)).rejects.toThrow('unplugged')
    store.get = get
    await store.delete(packs[0] as string)
    await expect(reader.read('chunk', ids[0] as ObjectId)).rejects.toMatchObject({
      code: 'DAMAGED',
      message: expect.stringContaining(packs[0] as string),
    })
  })

  it('notices index files that another process replaced', async () => {
    const { store, ids } = await smallRepository()
    const { reader } = await reopen(store)
    await reader.read('chunk', ids[0] as ObjectId)
    await (await reopen(store)).rebuildIndex()
    for (const id of ids) await reader.read('chunk', id)
    expect(await keysOf(store, 'index/')).toEqual([await onlyKey(store, 'index/')])
  })
})
