import { mongoUnavailable } from '@dbsnap/test-servers'
import { BSON } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { mongodb } from '../src/index.ts'
import { EVERY_ID } from './every-kind.ts'
import { repositoryInMemory, testDatabase } from './test-database.ts'

/** Numbers from 0 to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

const random = seeded(7)
const below = (limit: number): number => Math.floor(random() * limit)
const digits = (count: number): string => Array.from({ length: count }, () => below(10)).join('')

function anyNumber(): unknown {
  switch (below(6)) {
    case 0:
      return new BSON.Int32(below(200) - 100)
    case 1:
      return BSON.Long.fromString(`${below(2) ? '-' : ''}${digits(1 + below(18))}`)
    case 2:
      return new BSON.Double((random() - 0.5) * 10 ** (below(40) - 20))
    case 3:
      return BSON.Decimal128.fromString(`${below(2) ? '-' : ''}${digits(1 + below(33))}E${below(60) - 40}`)
    case 4: {
      // A decimal as near to a double as 17 digits come.
      const value = random() * 10 ** (below(20) - 10)
      return below(2) ? new BSON.Double(value) : BSON.Decimal128.fromString(value.toPrecision(17))
    }
    default:
      return new BSON.Double((below(2000) - 1000) / 8)
  }
}

function anyText(): string {
  return Array.from({ length: below(5) }, () => ['\0', 'a', 'B', 'ä', '€', '😀', '\u0001', '~'][below(8)]).join('')
}

function anyId(depth = 0): unknown {
  switch (below(depth < 2 ? 10 : 7)) {
    case 0:
    case 1:
      return anyNumber()
    case 2:
      return anyText()
    case 3:
      return new BSON.Binary(Buffer.from(anyText()), [0, 2, 4, 5, 0x80][below(5)])
    case 4:
      return new Date(below(2e9) - 1e9)
    case 5:
      return new BSON.Timestamp({ t: below(2 ** 32), i: below(2 ** 32) })
    case 6:
      return EVERY_ID[below(EVERY_ID.length)]
    case 7:
    case 8:
      return Object.fromEntries(
        Array.from({ length: below(4) }, () => [['a', 'b', 'ab', ''][below(4)], anyId(depth + 1)]),
      )
    default:
      return depth === 0 ? anyText() : Array.from({ length: below(4) }, () => anyId(depth + 1))
  }
}

describe.skipIf(await mongoUnavailable())('keys', () => {
  it('are in the order of the server, and as many as it has, for any `_id`', async () => {
    await using database = await testDatabase()
    const documents = Array.from({ length: 6000 }, () => ({ _id: anyId() }))
    await database.db
      .collection<{ _id: unknown }>('any')
      .insertMany(documents as never[], { ordered: false })
      // What is equal to one that is there already is no document of its own, to the server.
      .catch((error) => expect(error.code).toBe(11000))
    const repository = await repositoryInMemory()
    // The reading verifies that each key is above the one before.
    const snapshot = await repository.take(mongodb(database.url))
    expect(snapshot.records).toBe(await database.db.collection('any').countDocuments())
    expect(snapshot.records).toBeGreaterThan(3000)
  })

  it('are the order of insertion of a capped collection, or it is said that they are not', async () => {
    await using database = await testDatabase()
    const { db } = database
    const options = { capped: true, size: 4 * 1024 * 1024 }
    await db.createCollection('in_order', options)
    await db.createCollection('otherwise', options)
    const documents = Array.from({ length: 25_000 }, (_, _id) => ({ _id }))
    await db.collection<{ _id: number }>('in_order').insertMany(documents)
    await db.collection<{ _id: number }>('otherwise').insertMany([...documents.slice(1), { _id: 0 }])
    const warnings: string[] = []
    const point = await mongodb(database.url).openReadPoint({
      concurrency: 1,
      onWarning: ({ message }) => warnings.push(message),
    })
    await point.close()
    expect(warnings).toEqual([
      'the order of insertion is not kept, but that of _id: otherwise',
      'read by themselves, while others may write to them: in_order, otherwise',
    ])
  })
})
