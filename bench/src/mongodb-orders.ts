import { BSON, type Db, MongoClient } from 'mongodb'

/** Orders sent at a time. */
const BATCH = 5000
const STATUSES = ['paid', 'open', 'sent', 'returned'] as const
const WORDS = 'leave at the door ring twice call before handle with care gift for a neighbour no hurry'.split(' ')

/** The orders of the benchmark, about 330 bytes of BSON each, with two indexes. The same for the same count. */
export async function fillOrders(url: string, count: number): Promise<void> {
  await withDatabase(url, async (db) => {
    const random = seeded(1)
    for (let first = 0; first < count; first += BATCH) {
      const documents = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => order(first + i, random))
      await db.collection('orders').insertMany(documents, { ordered: false })
    }
    await db.collection('orders').createIndexes([
      { key: { customer: 1 }, name: 'customer' },
      { key: { status: 1, placedAt: 1 }, name: 'status' },
    ])
  })
}

/** Changes status and total of a share of the orders, at random places. Returns how many. */
export async function changeOrders(url: string, count: number, share: number, seed: number): Promise<number> {
  return withDatabase(url, async (db) => {
    const random = seeded(seed)
    const chosen = new Set<number>()
    while (chosen.size < Math.max(1, Math.round(count * share))) chosen.add(Math.floor(random() * count))
    const updates = [...chosen].map((number) => ({
      updateOne: { filter: { _id: idOf(number) }, update: { $set: { status: 'changed', total: random() * 1000 } } },
    }))
    for (let at = 0; at < updates.length; at += BATCH) {
      await db.collection('orders').bulkWrite(updates.slice(at, at + BATCH), { ordered: false })
    }
    return chosen.size
  })
}

/** Drops the database of a URL. */
export async function dropDatabase(url: string): Promise<void> {
  await withDatabase(url, (db) => db.dropDatabase())
}

/** Lends the database of a URL. */
export async function withDatabase<T>(url: string, use: (db: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(url)
  try {
    return await use(client.db())
  } finally {
    await client.close()
  }
}

function order(number: number, random: () => number) {
  const words = Array.from({ length: 12 }, () => WORDS[Math.floor(random() * WORDS.length)])
  return {
    _id: idOf(number),
    customer: Math.floor(random() * 100_000),
    status: STATUSES[Math.floor(random() * STATUSES.length)],
    total: Math.round(random() * 100_000) / 100,
    placedAt: new Date(1_600_000_000_000 + number * 60_000),
    note: words.join(' '),
    lines: [
      { sku: `sku-${Math.floor(random() * 5000)}`, quantity: 1 + Math.floor(random() * 5) },
      { sku: `sku-${Math.floor(random() * 5000)}`, quantity: 1 },
    ],
  }
}

/** As a driver makes them: a time, then a counter. */
function idOf(number: number): BSON.ObjectId {
  return new BSON.ObjectId((0x60000000 + Math.floor(number / 100)).toString(16) + number.toString(16).padStart(16, 'a'))
}

/** Numbers from 0 to 1, the same for one seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}
