import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect } from '../../test/support/collect.ts'
import { SystemRandomness } from '../system/system-randomness.ts'
import { sortRecords } from './external-sorter.ts'
import type { SortItem } from './sort-item.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sorter-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

const randomness = new SystemRandomness()

async function* batchesOf(items: readonly SortItem[]): AsyncGenerator<SortItem[]> {
  for (let at = 0; at < items.length; at += 7) yield items.slice(at, at + 7)
}

async function sorted(items: readonly SortItem[], memoryBytes: number): Promise<string[]> {
  const result: string[] = []
  for await (const batch of sortRecords(batchesOf(items), { randomness, folder, memoryBytes })) {
    for (const { key, record } of batch) result.push(`${key.toString('latin1')}=${record.toString('latin1')}`)
  }
  return result
}

const naive = (items: readonly SortItem[]): string[] =>
  [...items]
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ key, record }) => `${key.toString('latin1')}=${record.toString('latin1')}`)

const item = (key: string, record: string): SortItem => ({ key: Buffer.from(key), record: Buffer.from(record) })

describe('sortRecords', () => {
  it('equals a stable sort, in memory and through runs', async () => {
    const items = fc.array(
      fc.record({ key: fc.uint8Array({ maxLength: 3 }), record: fc.uint8Array({ maxLength: 40 }) }).map((pair) => ({
        key: Buffer.from(pair.key),
        record: Buffer.from(pair.record),
      })),
      { maxLength: 200 },
    )
    await fc.assert(
      fc.asyncProperty(items, fc.constantFrom(200, 1000, 1 << 20), async (all, memory) => {
        expect(await sorted(all, memory)).toEqual(naive(all))
      }),
      { numRuns: 40 },
    )
  })

  it('merges in several passes when there are many runs', async () => {
    const items = Array.from({ length: 3000 }, (_, i) =>
      item(String((i * 7919) % 1000).padStart(4, '0'), `record ${i}`),
    )
    expect(await sorted(items, 600)).toEqual(naive(items))
  })

  it('takes records larger than its memory and larger than a block', async () => {
    const items = [
      item('c', 'x'.repeat(300_000)),
      item('a', 'y'.repeat(5000)),
      item('b', 'z'),
      item('b', 'w'.repeat(200_000)),
    ]
    expect(await sorted(items, 1000)).toEqual(naive(items))
  })

  it('leaves nothing behind, left early, interrupted or failed', async () => {
    const items = Array.from({ length: 500 }, (_, i) => item(String(i), 'x'.repeat(50)))
    for await (const _ of sortRecords(batchesOf(items), { randomness, folder, memoryBytes: 500 })) break
    const interrupted = new AbortController()
    interrupted.abort()
    const aborted = sortRecords(batchesOf(items), { randomness, folder, signal: interrupted.signal })
    await expect(aborted.next()).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const late = new AbortController()
    const many = Array.from({ length: 500 }, (_, i) => item(String(i), 'x'.repeat(1000)))
    const halfway = sortRecords(batchesOf(many), { randomness, folder, memoryBytes: 50_000, signal: late.signal })
    await halfway.next()
    late.abort()
    await expect(collect(halfway)).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(await readdir(folder)).toEqual([])
  })

  it('says where it could not write', async () => {
    const options = { randomness, folder: join(folder, 'absent'), memoryBytes: 500 }
    const items = Array.from({ length: 500 }, (_, i) => item(String(i), 'x'.repeat(50)))
    await expect(collect(sortRecords(batchesOf(items), options))).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })
})
