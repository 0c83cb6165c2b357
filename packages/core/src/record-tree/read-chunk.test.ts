import { describe, expect, it } from 'vitest'
import { MemoryObjects } from '../../test/support/memory-objects.ts'
import { keyOf } from '../../test/support/tree-of-keys.ts'
import type { ObjectId } from '../values/object-id.ts'
import { readChunk } from './read-chunk.ts'
import { decodeSegments, encodeSegments } from './segments-codec.ts'

describe('reading a chunk', () => {
  const objects = new MemoryObjects()
  const put = async (text: string): Promise<ObjectId> => {
    const bytes = Buffer.from(text)
    const id = objects.identify(bytes)
    await objects.store('chunk', id, bytes)
    return id
  }
  const entry = (id: ObjectId, bytes: number, segmented = false) => ({
    id,
    firstKey: keyOf(1),
    lastKey: keyOf(1),
    records: 1,
    bytes,
    segmented,
  })

  it('gives its bytes, whether in one piece or in segments', async () => {
    const id = await put('whole')
    expect((await readChunk(objects, entry(id, 5))).toString()).toBe('whole')
    const ids = [await put('one '), await put('two '), await put('three')]
    const list = encodeSegments(ids)
    await objects.store('segments', objects.identify(list), list)
    const whole = await readChunk(objects, entry(objects.identify(list), 13, true))
    expect(whole.toString()).toBe('one two three')
    for (const wrong of [12, 8, 14]) {
      await expect(readChunk(objects, entry(objects.identify(list), wrong, true))).rejects.toMatchObject({
        code: 'DAMAGED',
      })
    }
    await expect(readChunk(objects, entry(id, 6))).rejects.toMatchObject({ code: 'DAMAGED' })
  })

  it('reads only lists of two segments or more', async () => {
    const ids = [await put('a'), await put('b')]
    expect(decodeSegments(encodeSegments(ids), ids[0] as ObjectId)).toEqual(ids)
    for (const length of [0, 20, 41]) {
      expect(() => decodeSegments(Buffer.alloc(length), ids[0] as ObjectId)).toThrow(/malformed/)
    }
  })
})
