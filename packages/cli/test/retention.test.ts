import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import pc from 'picocolors'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../src/run.ts'
import { OrdersDatabase } from './orders-database.ts'
import { type Ended, errorOf } from './run-dbsnap.ts'

let orders: OrdersDatabase
beforeAll(async () => {
  orders = await OrdersDatabase.create()
})
afterAll(() => orders.end())

const dbsnap = (...args: string[]): Promise<Ended> => orders.dbsnap(...args)
const json = (...args: string[]) => orders.json(...args)
const ids = async (): Promise<string[]> => (await json('list')).map(({ id }: { id: string }) => id)

/** Four snapshots, a record more in each; the second is tagged. */
beforeEach(async () => {
  await orders.begin()
  for (const i of [1, 2, 3, 4]) {
    await orders.client.query('INSERT INTO orders VALUES ($1, $2)', [i, `note ${i}`])
    const ended = await dbsnap('take', orders.url, '--source', 'shop', ...(i === 2 ? ['--tag', 'release=1'] : []))
    expect(ended.code).toBe(0)
  }
})

describe('forget', () => {
  it('by rules: says what and why, then does it', async () => {
    const all = await ids()
    const rules = ['--keep-last', '1', '--keep-tag', 'release']
    const plan = await dbsnap('forget', ...rules, '--dry-run')
    expect(plan.code).toBe(0)
    const lines = plan.out.split('\n').map((line) => line.split(/ {2,}/))
    expect(lines.map(([id, , source, what, why]) => [id, source, what, why])).toEqual([
      ['SNAPSHOT', 'SOURCE', 'WHAT', 'WHY'],
      [all[0]?.slice(0, 8), 'shop', 'keep', 'last 1; last good one of its source'],
      [all[1]?.slice(0, 8), 'shop', 'forget', 'no rule keeps it'],
      [all[2]?.slice(0, 8), 'shop', 'keep', 'tag release'],
      [all[3]?.slice(0, 8), 'shop', 'forget', 'no rule keeps it'],
      ['2 snapshots would be forgotten, 2 kept.', undefined, undefined, undefined],
      ['', undefined, undefined, undefined],
    ])
    expect(await ids()).toEqual(all)
    const report = await json('forget', ...rules, '--yes')
    expect(report).toMatchObject({ dryRun: false, forgotten: [all[3], all[1]], damaged: [] })
    expect(report.decisions[2]).toEqual({
      id: all[2],
      time: expect.any(String),
      source: 'shop',
      keep: true,
      reasons: [{ rule: 'tag', detail: 'release' }],
    })
    expect(await ids()).toEqual([all[0], all[2]])
    // The one before the latest is no longer its parent.
    const diff = await dbsnap('diff', 'latest~1', 'latest')
    expect(diff).toMatchObject({ code: 1, out: expect.stringContaining('2 added') })
    expect((await dbsnap('check', '--read-data')).code).toBe(0)
    // Nothing is left to do, so nobody is asked.
    expect(await dbsnap('forget', ...rules)).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 snapshots forgotten, 2 kept.'),
    })
  })

  it('takes every rule there is', async () => {
    const spans = ['hourly', 'daily', 'weekly', 'monthly', 'yearly']
    const rules = spans.flatMap((span) => [`--keep-${span}`, 'unlimited', `--keep-within-${span}`, '1y'])
    const { decisions } = await json(
      'forget',
      ...rules,
      '--keep-within',
      '1d',
      '--time-zone',
      'Asia/Tokyo',
      '--dry-run',
    )
    const found = decisions[0].reasons.map(({ rule }: { rule: string }) => rule)
    expect(found).toEqual(['within', ...spans.flatMap((span) => [span, span]), 'lastGood'])
  })

  it('of some sources and tags only', async () => {
    const chosen = await json('forget', '--keep-last', '1', '--source', 'shop', '--tag', 'release', '--dry-run')
    expect(chosen).toMatchObject({ dryRun: true, decisions: [{ keep: true }], forgotten: [] })
  })

  it('by name', async () => {
    const all = await ids()
    const named = await dbsnap('forget', 'latest~1', all[3] as string, '--yes')
    expect(named).toMatchObject({
      code: 0,
      out: expect.stringMatching(/named\n.*named\n2 snapshots forgotten, 0 kept\.\n$/),
    })
    expect(await ids()).toEqual([all[0], all[2]])
    expect(errorOf(await dbsnap('forget', 'latest', 'latest~1', '--yes', '--json')).code).toBe('LAST_SNAPSHOT')
    expect((await dbsnap('forget', 'latest', 'latest~1', '--allow-last', '--yes')).code).toBe(0)
    expect(await ids()).toEqual([])
  })

  it('names manifests that cannot be read, and lets them go for the word', async () => {
    const all = await ids()
    await truncate(join(orders.folder, 'snapshots', all[2] as string), 60)
    const plan = await dbsnap('forget', '--keep-last', '1', '--dry-run')
    expect(plan.out).toMatch(/note: the manifest of [0-9a-f]{8} cannot be read; it stays\n2 snapshots would/)
    const gone = await dbsnap('forget', all[2] as string, '--allow-last', '--yes')
    expect(gone.out).toMatch(/it was named, and goes\n1 snapshot forgotten, 0 kept/)
    expect(await ids()).toHaveLength(3)
  })

  it('asks who sits there', async () => {
    const all = await ids()
    const asked: string[] = []
    const answering = (answer: string): Promise<number> =>
      run(['forget', '--keep-last', '3', '--repo', orders.folder], {
        out: async () => {},
        message: () => {},
        colours: pc.createColors(false),
        interactive: true,
        columns: 80,
        signal: new AbortController().signal,
        variables: {},
        ask: async (question) => {
          asked.push(question)
          return answer
        },
      })
    expect(await answering('y')).toBe(5)
    expect(await ids()).toEqual(all)
    expect(await answering('yes')).toBe(0)
    expect(await ids()).toEqual(all.slice(0, 3))
    expect(asked).toEqual(Array(2).fill('Forget 1 snapshot? Type yes: '))
  })
})

describe('pin', () => {
  it('keeps a snapshot until it is unpinned', async () => {
    const all = await ids()
    const oldest = all[3] as string
    expect((await dbsnap('list')).out).not.toContain('PINNED')
    expect(await dbsnap('pin', oldest, '--reason', 'audit', '--until', '2999-12-31')).toMatchObject({
      code: 0,
      out: `Pinned ${oldest.slice(0, 8)} until 2999-12-31 00:00 UTC.\n`,
    })
    expect((await dbsnap('list')).out).toMatch(/PINNED[\s\S]*audit, until 2999-12-31 00:00\n$/)
    expect(errorOf(await dbsnap('forget', oldest, '--yes', '--json')).code).toBe('SNAPSHOT_PINNED')
    expect(await json('pin', oldest)).toEqual({ id: oldest, reason: null, until: null })
    expect((await dbsnap('list')).out).toMatch(/ yes\n$/)
    expect((await json('list')).at(-1).pin).toEqual({
      pinned: expect.any(String),
      reason: null,
      until: null,
      readable: true,
    })
    expect((await json('list'))[0].pin).toBeNull()
    const pins = join(orders.folder, 'pins')
    await truncate(join(pins, (await readdir(pins))[0] as string), 9)
    expect((await dbsnap('list')).out).toMatch(/its pin cannot be read\n$/)
    expect(await json('unpin', oldest)).toEqual({ unpinned: true })
    expect((await dbsnap('unpin', oldest)).out).toContain('was not pinned')
    await dbsnap('pin', oldest)
    expect((await dbsnap('unpin', oldest)).out).toContain('is no longer pinned')
    expect((await dbsnap('forget', oldest, '--yes')).code).toBe(0)
  })
})
