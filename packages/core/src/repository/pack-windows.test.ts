import { expect, it } from 'vitest'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { PackWindows } from './pack-windows.ts'

const KIB = 1024
const CONTENT = seededRandomness('a pack').bytes(8 * KIB * KIB)
const PACK = { id: 'ab'.repeat(16), size: CONTENT.length }

/** Windows of one pack, and what they fetched of it, in KiB. */
function windowsOfOne() {
  const fetched: [from: number, to: number][] = []
  const windows = new PackWindows(async (_pack, offset, length) => {
    fetched.push([offset / KIB, (offset + length) / KIB])
    return Buffer.from(CONTENT.subarray(offset, offset + length))
  })
  const read = async (from: number, to: number): Promise<void> => {
    const bytes = await windows.read(PACK, from * KIB, (to - from) * KIB)
    expect(bytes.equals(CONTENT.subarray(from * KIB, to * KIB))).toBe(true)
  }
  return { read, fetched }
}

it('what is scattered is read exactly', async () => {
  const { read, fetched } = windowsOfOne()
  for (const from of [5000, 100, 2000, 1000]) await read(from, from + 40)
  expect(fetched).toEqual([
    [5000, 5040],
    [100, 140],
    [2000, 2040],
    [1000, 1040],
  ])
})

it('what follows each other is read in windows that double up to 1 MiB, each byte once', async () => {
  const { read, fetched } = windowsOfOne()
  for (let from = 0; from < 8192; from += 32) await read(from, from + 32)
  const sizes = fetched.map(([from, to]) => to - from)
  expect(sizes.slice(0, 7)).toEqual([32, 64, 128, 256, 512, 1024, 1024])
  expect(sizes.reduce((sum, size) => sum + size)).toBe(8192)
})

it('small things are read with what is beside them, and once', async () => {
  const { read, fetched } = windowsOfOne()
  for (const from of [10, 12, 14, 10]) await read(from, from + 2)
  expect(fetched).toEqual([[10, 26]])
})

it('windows grow no further than what they hold is used', async () => {
  const { read, fetched } = windowsOfOne()
  // 2 KiB of every 18.
  for (let from = 0; from < 1800; from += 18) await read(from, from + 2)
  expect(Math.max(...fetched.map(([from, to]) => to - from))).toBe(16)
})

it('several at once share windows, also across their borders', async () => {
  const { read, fetched } = windowsOfOne()
  await Promise.all([read(0, 40), read(40, 90), read(60, 130), read(0, 40)])
  expect(fetched).toEqual([
    [0, 40],
    [40, 120],
    [120, 280],
  ])
})

it('a window ends where the next begins, unless that is a small one', async () => {
  const { read, fetched } = windowsOfOne()
  await read(1100, 1102)
  await read(1200, 1240)
  await read(900, 1050)
  await read(1050, 1060)
  await read(1100, 1210)
  expect(fetched).toEqual([
    [1100, 1116],
    [1200, 1240],
    [900, 1050],
    [1050, 1200],
  ])
})

it('what could not be read is read again', async () => {
  let fails = true
  const windows = new PackWindows(async () => {
    if (fails) throw new Error('unplugged')
    return Buffer.alloc(16 * KIB, 'x')
  })
  await expect(windows.read(PACK, 0, 5)).rejects.toThrow('unplugged')
  fails = false
  expect((await windows.read(PACK, 0, 5)).toString()).toBe('xxxxx')
})
