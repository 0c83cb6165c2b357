import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OrdersDatabase } from './orders-database.ts'
import { type Ended, errorOf } from './run-dbsnap.ts'

let orders: OrdersDatabase
beforeAll(async () => {
  orders = await OrdersDatabase.create()
})
afterAll(() => orders.end())

const dbsnap = (...args: string[]): Promise<Ended> => orders.dbsnap(...args)
const json = (...args: string[]) => orders.json(...args)
const packs = async (): Promise<string[]> =>
  (await readdir(join(orders.folder, 'packs'), { recursive: true })).filter((name) => name.length > 2)

const writers = (): Promise<string[]> => readdir(join(orders.folder, 'writers'))

/** Two snapshots that share nothing. */
beforeEach(async () => {
  await orders.begin()
  for (let i = 0; i < 2; i++) {
    await orders.client.query('TRUNCATE orders')
    await orders.client.query(`INSERT INTO orders SELECT n, md5(n::text || '${i}') FROM generate_series(1, 2000) n`)
    await dbsnap('take', orders.url)
  }
})

describe('prune', () => {
  it('marks, says when they go, and deletes when nobody minds', async () => {
    const before = await packs()
    await dbsnap('forget', 'latest~1', '--yes')
    const dry = await dbsnap('prune', '--dry-run', '--grace', '0')
    expect(dry.out).toMatch(/^Would delete 1 pack \(.* kB\) of 2 packs/)
    const marked = await dbsnap('prune')
    expect(marked.out).toMatch(
      /^Deleted 0 packs \(0 B\) of 2 packs \(.*\)\.\nMoved .* 1 pack: 1 object, .*\.\nMarked 1 pack \(.*\): a prune after \d{4}-.* UTC deletes them\.\n$/,
    )
    expect(await packs()).toEqual(expect.arrayContaining(before))
    expect(await json('prune', '--grace', '2h')).toMatchObject({ deleted: { packs: 0 }, pending: [{ packs: 1 }] })
    expect(await json('prune', '--grace', '0')).toMatchObject({ dryRun: false, deleted: { packs: 1 }, pending: [] })
    // The other one, and what was moved.
    expect(await packs()).toHaveLength(2)
    expect((await dbsnap('check', '--read-data')).code).toBe(0)
  })

  it('follows a forget, in one command', async () => {
    const text = await dbsnap('forget', '--keep-last', '1', '--yes', '--prune')
    expect(text).toMatchObject({ code: 0, out: expect.stringMatching(/1 snapshot forgotten[\s\S]*Marked 1 pack/) })
    const { forgotten, pruned } = await json('forget', '--keep-last', '1', '--yes', '--prune')
    expect(forgotten).toEqual([])
    expect(pruned).toMatchObject({ dryRun: false, pending: [{ packs: 1, waitingFor: [] }] })
    expect(await json('forget', '--keep-last', '1', '--dry-run', '--prune')).not.toHaveProperty('pruned')
  })

  it('moves what is needed, and with --purge leaves nothing of what was forgotten', async () => {
    await orders.client.query(`UPDATE orders SET note = 'changed' WHERE id = 7`)
    await dbsnap('take', orders.url)
    await dbsnap('forget', 'latest~1', '--yes')
    expect(await json('prune', '--grace', '0')).toMatchObject({ moved: { packs: 0 } })
    const purged = await dbsnap('prune', '--purge', '--grace', '0', '--max-unused', '50%')
    expect(purged.out).toMatch(/Moved what is needed out of 1 pack: \d+ objects?, .*kB written/)
    expect((await dbsnap('check', '--read-data')).code).toBe(0)
  })

  it('keeps what a take that it did not wait for needs', async () => {
    await dbsnap('forget', 'latest~1', '--yes')
    await dbsnap('prune')
    const again = await dbsnap('take', orders.url)
    expect(again.code).toBe(0)
    await dbsnap('prune', '--grace', '0')
    expect((await dbsnap('check', '--read-data')).code).toBe(0)
  })

  it.each([
    ['--grace', 'soon'],
    ['--max-unused', '10'],
    ['--max-unused', '101%'],
  ])('refuses %s %s', async (option, value) => {
    expect(errorOf(await dbsnap('prune', option, value, '--json'))).toMatchObject({ code: 'USAGE' })
  })
})

describe('unlock', () => {
  it('says that nobody is there', async () => {
    expect(await dbsnap('unlock')).toMatchObject({ code: 0, out: 'Nobody is at work here, and nobody died.\n' })
    expect(await json('unlock')).toEqual({ writers: [], cleared: [] })
  })

  it('shows a take that was killed; clears it only when it is forced to, or its lease is over', async () => {
    const locker = new pg.Client({ connectionString: orders.url })
    await locker.connect()
    await locker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
    const cli = join(import.meta.dirname, '../dist/main.js')
    const take = spawn(process.execPath, [cli, 'take', orders.url], {
      env: { ...process.env, DBSNAP_REPO: orders.folder },
    })
    while (!(await writers()).some((name) => name.length === 32)) await new Promise((resolve) => setImmediate(resolve))
    take.kill('SIGKILL')
    await once(take, 'exit')
    await locker.end()
    const shown = await dbsnap('unlock')
    expect(shown.out).toMatch(/WRITER +DOES[\s\S]*take +.*, process \d+ .*alive[\s\S]*0 writers cleared, 1 left/)
    const [writer] = (await json('unlock')).writers
    expect(writer).toMatchObject({ operation: 'take', pid: take.pid, expired: false })
    expect(errorOf(await dbsnap('unlock', writer.id, '--json'))).toMatchObject({ code: 'USAGE' })
    expect((await json('unlock', writer.id.slice(0, 6), '--force')).cleared).toMatchObject([{ id: writer.id }])
    await writeFile(join(orders.folder, 'writers', 'f'.repeat(32)), '')
    const unreadable = await dbsnap('unlock', 'ffff', '--force')
    expect(unreadable.out).toMatch(/ffffffff +cannot be read[\s\S]*1 writer cleared, 0 left/)
    expect(await json('list')).toHaveLength(2)
    expect((await dbsnap('check')).code).toBe(0)
  })
})
