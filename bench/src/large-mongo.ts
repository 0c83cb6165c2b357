import { withDatabase } from './mongodb-orders.ts'

/** Bytes of a document of `texts`: near the limit of 16 MiB. */
const LARGE_BYTES = 12 * 1024 * 1024
/** Bytes of a document of `facts`, about. */
const FACT_BYTES = 260
/** Facts that the server makes out of each seed. */
const PER_SEED = 1000
const TINY_COLLECTIONS = 500

/** What `createLargeMongo` makes for so many bytes of BSON. */
export interface LargeMongoShape {
  readonly texts: number
  readonly facts: number
  readonly tinyCollections: number
}

/** A tenth of the bytes in documents of 12 MiB, tiny collections, the rest in small documents, which the server makes itself. */
export async function createLargeMongo(url: string, bytes: number): Promise<LargeMongoShape> {
  const seeds = Math.ceil((bytes * 0.9) / FACT_BYTES / PER_SEED)
  const shape = {
    texts: Math.max(1, Math.round(bytes / 10 / LARGE_BYTES)),
    facts: seeds * PER_SEED,
    tinyCollections: TINY_COLLECTIONS,
  }
  await withDatabase(url, async (db) => {
    for (let n = 0; n < shape.texts; n++) {
      await db
        .collection<{ _id: number }>('texts')
        .insertOne({ _id: n, content: `${n} `.repeat(LARGE_BYTES).slice(0, LARGE_BYTES) } as never)
    }
    await db.collection('seeds').insertMany(Array.from({ length: seeds }, (_, n) => ({ _id: n as never })))
    const id = { $add: [{ $multiply: ['$_id', PER_SEED] }, '$n'] }
    const hash = { $toString: { $toHashedIndexKey: id } }
    await db
      .collection('seeds')
      .aggregate([
        { $set: { n: { $range: [0, PER_SEED] } } },
        { $unwind: '$n' },
        {
          $project: {
            _id: id,
            status: 'new',
            amount: { $toDecimal: { $mod: [id, 100_000] } },
            note: { $concat: [hash, ' ', hash, ' ', hash, ' ', hash, ' ', hash, ' ', hash, ' ', hash, ' ', hash] },
          },
        },
        { $out: 'facts' },
      ])
      .toArray()
    await db.dropCollection('seeds')
    for (let n = 0; n < TINY_COLLECTIONS; n++) await db.collection(`tiny_${n}`).insertOne({ what: `of ${n}` })
  })
  return shape
}

/** Changes nine facts in ten. Resolves to how many. */
export async function changeMongoFacts(url: string): Promise<number> {
  return withDatabase(url, async (db) => {
    const facts = db.collection<{ _id: number }>('facts')
    const changed = Math.floor((await facts.countDocuments()) * 0.9)
    const { modifiedCount } = await facts.updateMany({ _id: { $lt: changed } }, { $set: { status: 'changed' } })
    return modifiedCount
  })
}
