import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mongoUnavailable, sharedMongo } from '@dbsnap/test-servers'
import { BSON, type Db, MongoClient } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { type Ended, runDbsnap } from './run-dbsnap.ts'

function dbsnap(folder: string, ...args: string[]): Promise<Ended> {
  return runDbsnap(args, { DBSNAP_REPO: join(folder, 'repository'), DBSNAP_PASSPHRASE: 'test' })
}

async function fillShop(db: Db): Promise<void> {
  const documents = Array.from({ length: 300 }, (_, i) => ({
    _id: i,
    total: new BSON.Double(i * 1.5),
    lines: [
      { sku: 'a', quantity: 1 },
      { sku: 'b', quantity: 2 },
    ],
    customer: { name: `name ${i}`, city: 'Köln' },
  }))
  await db.collection<{ _id: number }>('orders').insertMany(documents)
  await db.collection('orders').createIndex({ 'customer.city': 1, total: -1 }, { name: 'by city' })
}

describe.skipIf(await mongoUnavailable())('the command line with MongoDB', () => {
  it('takes, tells what a release did, restores exactly that, exports', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dbsnap-mongodb-'))
    const url = (await sharedMongo()).url()
    const client = new MongoClient(url)
    const db = client.db(new URL(url).pathname.slice(1))
    const cli = (...args: string[]) => dbsnap(folder, ...args)
    try {
      await fillShop(db)
      expect(await cli('init')).toMatchObject({ code: 0 })
      const taken = JSON.parse((await cli('take', url, '--json')).out)
      expect(taken).toMatchObject({ records: 300, consistency: 'snapshot', warnings: [] })
      const again = JSON.parse((await cli('take', url, '--json', '--consistency', 'catch-up')).out)
      expect(again).toMatchObject({ consistency: 'snapshot', collections: taken.collections })
      expect(again.storedBytes).toBeLessThan(4000)

      const orders = db.collection<{ _id: number; [name: string]: unknown }>('orders')
      await orders.updateOne({ _id: 1 }, { $push: { lines: { $each: [{ sku: 'x' }], $position: 1 } } as never })
      await orders.updateOne({ _id: 2 }, { $set: { total: new BSON.Int32(3) } })
      await orders.replaceOne({ _id: 3 }, reordered((await orders.findOne({ _id: 3 }, { promoteValues: false })) ?? {}))
      await orders.deleteOne({ _id: 4 })
      await orders.dropIndex('by city')

      const shown = await cli('diff', 'latest', url)
      expect(shown.code).toBe(1)
      expect(shown.out).toContain('~ _id=1\n    + lines.1  {"sku":"x"}\n')
      expect(shown.out).toContain('~ _id=2\n    ~ total  3.0 → 3\n')
      expect(shown.out).toContain('orders: 1 removed, 2 changed (300 → 299 records)')
      expect(shown.out).toContain('- index orders.by city removed')
      const lines = (await cli('diff', 'latest', url, '--json', '--field-order', '--json-patch')).out.trim().split('\n')
      const changes = lines.map((line) => JSON.parse(line))
      expect(changes[0]).toMatchObject({
        key: { _id: { $numberInt: '1' } },
        fields: ['lines.1'],
        patch: [{ op: 'add', path: '/lines/1', value: { sku: 'x' } }],
      })
      expect(changes[2]).toMatchObject({ kind: 'reordered', key: { _id: { $numberInt: '3' } } })
      expect(changes.at(-1).collections[0]).toMatchObject({ removed: 1, changed: 2, reordered: 1 })

      const restored = await cli('restore', 'latest', '--to', url, '--mode', 'overwrite', '--yes', '--json')
      expect(JSON.parse(restored.out)).toMatchObject({
        atomic: false,
        collections: [{ name: 'orders', route: 'change', added: 1, removed: 0, changed: 3 }],
        proof: { schema: { added: 0, removed: 0, changed: 0 } },
      })
      expect((await cli('diff', 'latest~1', url, '--field-order')).out).toBe(
        'No difference.\n1 collection without a difference\n',
      )

      const csv = await cli('export', taken.id, '--format', 'csv', '--fields', '_id,customer.name,lines.1.sku')
      expect(csv.out.split('\r\n').slice(0, 3)).toEqual(['_id,customer.name,lines.1.sku', '0,name 0,b', '1,name 1,b'])
      const archive = join(folder, 'shop.archive')
      expect(await cli('export', 'latest', '--format', 'bson', '--output', archive)).toMatchObject({ code: 0 })
      expect((await readFile(archive)).readUInt32LE(0)).toBe(0x8199e26d)
      expect((await cli('export', 'latest', '--format', 'sql')).code).toBe(2)
      expect((await cli('check', '--read-data')).code).toBe(0)
    } finally {
      await db.dropDatabase()
      await client.close()
      await rm(folder, { recursive: true })
    }
  })

  it('refuses what is no database, and never repeats a password', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dbsnap-mongodb-'))
    await dbsnap(folder, 'init')
    const sql = await dbsnap(folder, 'take', 'postgres://u@h/d', '--consistency', 'best')
    expect(sql.code).toBe(2)
    const cases: [string, number, string][] = [
      ['mongodb://u:canary@127.0.0.1:1/shop?serverSelectionTimeoutMS=100', 3, 'CONNECTION_FAILED'],
      ['mongodb://u:canary@127.0.0.1', 2, 'INVALID_URL'],
      ['mongodb://u:canary@127.0.0.1/%zz', 2, 'INVALID_URL'],
      ['mongodb+srv://u:canary@a.invalid:99/shop', 2, 'INVALID_URL'],
    ]
    for (const [url, code, name] of cases) {
      const ended = await dbsnap(folder, 'take', url, '--json')
      expect([ended.code, JSON.parse(ended.out).error.code]).toEqual([code, name])
      expect(ended.out + ended.messages).not.toContain('canary')
    }
    await rm(folder, { recursive: true })
  })
})

/** The same fields, the last first; `_id` is put first by the server. */
function reordered(document: object): Record<string, never> {
  return Object.fromEntries(Object.entries(document).reverse()) as Record<string, never>
}
