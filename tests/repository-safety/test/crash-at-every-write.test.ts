import { atEveryStep, bitFlippingStore, faultyStore, MemoryDatabase, SeededRandom } from '@dbsnap/adapter-test-kit'
import { memory, type ObjectStore } from '@dbsnap/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createSafetyRepository, openSafetyRepository } from '../src/safety-repository.ts'

const TABLES = ['orders', 'audit']

/** A database with a keyed and a keyless table, a few chunks each. */
function shop(): MemoryDatabase {
  const random = new SeededRandom(1)
  const database = new MemoryDatabase()
  database.createTable('orders', { columns: { id: 'integer', note: 'text' }, key: ['id'] })
  database.createTable('audit', { columns: { line: 'text' } })
  for (let id = 1; id <= 1500; id++) {
    database.insert('orders', [id, random.bytes(30).toString('base64')])
    database.insert('audit', [`line ${id % 1000}`])
  }
  return database
}

async function copyOf(store: ObjectStore): Promise<ObjectStore> {
  const copy = memory()
  for await (const { key } of store.list('')) await copy.put(key, [await store.get(key)])
  return copy
}

type Rows = Record<string, string[]>

/** All rows of a database now, as a snapshot of it must give them back. */
function rowsOf(database: MemoryDatabase): Rows {
  return Object.fromEntries(
    TABLES.map((table) => [
      table,
      database
        .rows(table)
        .map((row) => JSON.stringify(row))
        .sort(),
    ]),
  )
}

async function rowsIn(store: ObjectStore, id: string): Promise<Rows> {
  const repository = await openSafetyRepository(store)
  const rows: Rows = {}
  for (const table of TABLES) {
    rows[table] = []
    for await (const values of repository.records(id, table)) {
      rows[table].push(JSON.stringify(Object.values(values).map((value) => (value === null ? null : String(value)))))
    }
    rows[table].sort()
  }
  return rows
}

async function take(store: ObjectStore, database: MemoryDatabase): Promise<{ id: string; storedBytes: number }> {
  const repository = await openSafetyRepository(store)
  return repository.take(database)
}

async function packsIn(store: ObjectStore): Promise<number> {
  let packs = 0
  for await (const _ of store.list('packs/')) packs++
  return packs
}

async function idsIn(store: ObjectStore): Promise<string[]> {
  return (await (await openSafetyRepository(store)).list()).map(({ id }) => id)
}

describe('a take into a repository that holds snapshots', () => {
  const database = shop()
  const earlier: { id: string; rows: Rows }[] = []
  const base = memory()
  let whole = 0

  beforeAll(async () => {
    await (await createSafetyRepository(base)).close()
    for (let i = 0; i < 2; i++) {
      database.update('orders', [7, `before take ${i}`])
      earlier.push({ id: (await take(base, database)).id, rows: rowsOf(database) })
    }
    database.update('orders', ...Array.from({ length: 150 }, (_, i) => [i * 10 + 1, `changed ${i}`]))
    database.insert('audit', ['one more'])
    whole = (await take(await copyOf(base), database)).storedBytes
  })

  it.each([[['put', 'delete']], [['get', 'list', 'stat']]] as const)(
    'whose store dies at any %s leaves nothing half',
    async (calls) => {
      const fired = await atEveryStep(async (schedule) => {
        const store = await copyOf(base)
        const outcome = await take(faultyStore(store, schedule, { calls }), database).then(
          ({ id }) => id,
          () => undefined,
        )
        const left = (await packsIn(store)) - (await packsIn(base))
        const ids = await idsIn(store)
        const context = schedule.firedAt ?? 'no fault'
        expect(ids, context).toEqual(expect.arrayContaining(earlier.map(({ id }) => id)))
        if (outcome !== undefined) expect(ids, context).toContain(outcome)
        for (const id of ids) {
          const rows = earlier.find((snapshot) => snapshot.id === id)?.rows ?? rowsOf(database)
          expect(await rowsIn(store, id), context).toEqual(rows)
        }
        const next = await take(store, database)
        expect(await rowsIn(store, next.id), context).toEqual(rowsOf(database))
        // The packs of so small a take are put at its end: where they were, nothing is stored twice.
        if (left > 0) expect(next.storedBytes, context).toBeLessThan(whole / 2)
      })
      expect(fired).toBeGreaterThan(5)
      expect(database.openReadPoints).toBe(0)
    },
  )
})

describe('a flipped bit', () => {
  it('anywhere in the repository is found, or nothing read is wrong', async () => {
    const database = shop()
    const store = memory()
    await (await createSafetyRepository(store)).close()
    const { id } = await take(store, database)
    const expected = rowsOf(database)
    const random = new SeededRandom(2)
    let flipped = 0
    for await (const { key, size } of store.list('')) {
      const bits = [0, size * 8 - 1, ...Array.from({ length: 12 }, () => random.below(size * 8))]
      for (const bit of bits) {
        const flipping = bitFlippingStore(store, { key, bit })
        const rows = await rowsIn(flipping, id).catch((error: { code?: string }) => error.code)
        // Our own error, or every row right (the bit lies in what is not read: another key slot, a pack's directory).
        if (typeof rows === 'string')
          expect(rows).toMatch(
            /^(DAMAGED|OBJECT_MISSING|WRONG_PASSPHRASE|NEWER_FORMAT|NOT_A_REPOSITORY|UNKNOWN_SNAPSHOT)$/,
          )
        else expect(rows, `bit ${bit} of ${key}`).toEqual(expected)
        flipped += flipping.flips
      }
    }
    expect(flipped).toBeGreaterThan(20)
  })
})
