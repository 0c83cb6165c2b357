import { BSON } from 'mongodb'
import { expect, it } from 'vitest'
import { type BsonArchiveInput, bsonArchive } from './bson-archive.ts'
import { Crc64 } from './crc64.ts'

const layout = { format: 'bson', encoding: 'utf-8', columns: [], key: [] } as const
const [first, second] = [BSON.serialize({ _id: 1 }), BSON.serialize({ _id: 2, a: 'x' })].map((bytes) =>
  Buffer.from(bytes),
)

function input(more: Partial<BsonArchiveInput> = {}): BsonArchiveInput {
  const object = { dependsOn: [], section: 'pre-data', statements: [] } as const
  return {
    snapshot: {
      source: { engine: 'mongodb', engineVersion: '6.0.5', database: 'shop' },
      collections: [{ layout: { ...layout, name: 'people' }, bytes: 40 }],
    },
    schema: {
      version: 1,
      engine: 'mongodb',
      objects: [
        { ...object, kind: 'collection', name: 'people', collection: 'people', definition: { capped: false } },
        {
          ...object,
          kind: 'index',
          name: 'people.ab',
          collection: 'people',
          definition: {
            key: [
              ['b', { $numberInt: '1' }],
              ['1', { $numberInt: '-1' }],
            ],
            name: 'ab',
          },
        },
        { ...object, kind: 'timeseries', name: 'weather', collection: 'weather', definition: {} },
        { ...object, kind: 'view', name: 'adults', definition: { viewOn: 'people' } },
      ],
    },
    // Cut within a document, as no chunk of a snapshot is; an archive's blocks are whole all the same.
    records: async function* (name) {
      if (name !== 'people') return
      const bytes = Buffer.concat([first as Buffer, second as Buffer])
      yield bytes.subarray(0, 17)
      yield bytes.subarray(17)
    },
    ...more,
  }
}

async function archiveOf(given: BsonArchiveInput): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of bsonArchive(given)) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

it('is what the tools of MongoDB read: magic, header, metadata, then blocks with their sum', async () => {
  const bytes = await archiveOf(input())
  expect(bytes.readUInt32LE(0)).toBe(0x8199e26d)
  const sections: unknown[][] = [[]]
  for (let at = 4; at < bytes.length; ) {
    const length = bytes.readInt32LE(at)
    if (length === -1) {
      sections.push([])
      at += 4
      continue
    }
    sections.at(-1)?.push(BSON.deserialize(bytes.subarray(at, at + length), { useBigInt64: true }))
    at += length
  }
  const sum = new Crc64()
  sum.update(Buffer.concat([first as Buffer, second as Buffer]))
  const people = { db: 'shop', collection: 'people' }
  const end = { db: 'shop', EOF: true, CRC: 0n }
  expect(sections).toEqual([
    [
      { concurrent_collections: 1, version: '0.1', server_version: '6.0.5', tool_version: 'dbsnap' },
      {
        ...people,
        metadata:
          '{"options":{"capped":false},"indexes":[{"key":{"b":{"$numberInt":"1"},"1":{"$numberInt":"-1"}},"name":"ab"}],' +
          '"collectionName":"people","type":"collection"}',
        size: 40n,
        type: 'collection',
      },
      {
        db: 'shop',
        collection: 'weather',
        metadata: '{"options":{},"indexes":[],"collectionName":"weather","type":"timeseries"}',
        size: 0n,
        type: 'timeseries',
      },
      {
        db: 'shop',
        collection: 'adults',
        metadata: '{"options":{"viewOn":"people"},"indexes":[],"collectionName":"adults","type":"view"}',
        size: 0n,
        type: 'view',
      },
    ],
    [{ ...people, EOF: false, CRC: 0n }, { _id: 1 }, { _id: 2, a: 'x' }],
    [{ ...people, EOF: true, CRC: BigInt.asIntN(64, sum.value) }],
    [{ ...end, collection: 'system.buckets.weather' }],
    [{ ...end, collection: 'adults' }],
    [],
  ])
})

it('has the sum of CRC-64/XZ', () => {
  const sum = new Crc64()
  sum.update(Buffer.from('1234'))
  sum.update(Buffer.from('56789'))
  expect(sum.value).toBe(0x995dc9bbdf1939fan)
})

it('holds what was chosen, and refuses what is no snapshot of documents', async () => {
  const chosen = await archiveOf(input({ include: ['adults'] }))
  expect(chosen.includes('weather')).toBe(false)
  await expect(archiveOf(input({ include: ['nothing'] }))).rejects.toMatchObject({ code: 'UNKNOWN_COLLECTION' })
  const other = input()
  const snapshot = { ...other.snapshot, source: { ...other.snapshot.source, engine: 'postgres' } }
  await expect(archiveOf({ ...other, snapshot })).rejects.toMatchObject({ code: 'USAGE' })
})
