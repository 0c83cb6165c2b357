import { BSON, type Db, type Document, MongoClient } from 'mongodb'

const {
  Binary,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
  BSONRegExp,
  BSONSymbol,
} = BSON

/** One value of every BSON type that a driver writes. */
const EVERY_TYPE: Document = {
  double: new Double(1),
  negativeZero: new Double(-0),
  nan: new Double(Number.NaN),
  string: 'ä€😀\0"',
  object: { b: new Int32(1), a: { c: null } },
  array: [new Int32(1), 'x', [], {}],
  binary: new Binary(Buffer.from([0, 1, 2])),
  old: new Binary(Buffer.from([1, 2]), 2),
  uuid: new UUID('01234567-89ab-cdef-0123-456789abcdef'),
  md5: new Binary(Buffer.alloc(16), 5),
  own: new Binary(Buffer.from([9]), 0x80),
  id: new ObjectId('0123456789abcdef01234567'),
  yes: true,
  no: false,
  date: new Date(-1),
  late: new Date(253402300800000),
  nothing: null,
  expression: new BSONRegExp('^a/"', 'im'),
  code: new Code('f()'),
  scoped: new Code('g()', { a: new Int32(1) }),
  symbol: new BSONSymbol('s'),
  int: new Int32(-2147483648),
  stamp: new Timestamp({ t: 4294967295, i: 7 }),
  zero: new Timestamp({ t: 1, i: 1 }),
  long: Long.MIN_VALUE,
  decimal: Decimal128.fromString('1.00'),
  least: new MinKey(),
  most: new MaxKey(),
  'a.b': { $dollar: 1 },
  '': 'empty name',
}

/** Documents that no driver writes by itself: a name twice, text that is no UTF-8, undefined, a pointer. */
export function oddDocuments(): Buffer[] {
  const int32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    return bytes
  }
  const element = (type: number, name: string, value: Buffer): Buffer =>
    Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), value])
  const document = (...elements: Buffer[]): Buffer => {
    const body = Buffer.concat(elements)
    return Buffer.concat([int32(body.length + 5), body, Buffer.alloc(1)])
  }
  const id = (value: number): Buffer => element(0x10, '_id', int32(value))
  const pointer = Buffer.concat([int32(2), Buffer.from('c\0'), Buffer.alloc(12, 7)])
  return [
    document(id(1), element(0x10, 'a', int32(1)), element(0x10, 'a', int32(2))),
    document(id(2), element(0x02, 'bad', Buffer.concat([int32(2), Buffer.from([0xff, 0])]))),
    document(id(3), element(0x06, 'undefined', Buffer.alloc(0)), element(0x0c, 'pointer', pointer)),
    document(element(0x11, '_id', Buffer.alloc(8)), element(0x12, 'long', Buffer.alloc(8))),
    document(id(4), element(0x11, 'zero', Buffer.alloc(8)), element(0x10, 'after', int32(1))),
  ]
}

/** One `_id` of every type that may be one, in the order of none. */
export const EVERY_ID: readonly unknown[] = [
  new MaxKey(),
  new Timestamp({ t: 1, i: 4294967295 }),
  new Timestamp({ t: 4294967295, i: 0 }),
  new Date(1),
  new Date(-1),
  true,
  false,
  new ObjectId('ff0000000000000000000000'),
  new ObjectId('00ff00000000000000000000'),
  new Binary(Buffer.from([1, 2])),
  new Binary(Buffer.from([9])),
  new Binary(Buffer.from([9]), 5),
  new UUID('01234567-89ab-cdef-0123-456789abcdef'),
  { b: new Int32(1) },
  { a: 'x' },
  { a: new Int32(1), b: new Int32(1) },
  { a: new Int32(1) },
  { a: [new Int32(1), { c: null }] },
  { a: { d: new BSONRegExp('a', 'i') } },
  { a: new BSONRegExp('a', '') },
  {},
  'ä',
  'a',
  'B',
  'a\0b',
  'aa',
  '',
  new BSONSymbol('sym'),
  new Code('f'),
  new Code('f', { a: new Int32(1) }),
  new Double(0.1),
  Decimal128.fromString('0.1'),
  new Double(-1.5),
  new Int32(10),
  new Int32(9),
  Long.MAX_VALUE,
  Long.fromString('9007199254740993'),
  new Double(9007199254740992),
  Decimal128.fromString('1E+6000'),
  Decimal128.fromString('-1E-6000'),
  new Double(Number.POSITIVE_INFINITY),
  new Double(Number.NEGATIVE_INFINITY),
  new Double(Number.NaN),
  new Int32(0),
  null,
  new MinKey(),
]

/** `fillEveryKind` of the database that a URL names. */
export async function fillDatabase(url: string): Promise<void> {
  const client = new MongoClient(url)
  try {
    await fillEveryKind(client.db(new URL(url).pathname.slice(1)))
  } finally {
    await client.close()
  }
}

/** Fills a database with a collection of every option and an index of every kind. */
export async function fillEveryKind(db: Db): Promise<void> {
  await db.createCollection('types')
  await insert(db, 'types', [{ _id: new Int32(1), ...EVERY_TYPE }])
  await insert(
    db,
    'ids',
    EVERY_ID.map((_id, n) => ({ _id, n: new Int32(n) })),
  )
  await db.createCollection('checked', {
    validator: { $jsonSchema: { required: ['name'] }, name: { $regex: '^a', $options: 'i' } },
    validationLevel: 'moderate',
    validationAction: 'warn',
  })
  await insert(db, 'checked', [{ _id: new Int32(1), other: 'breaks it' }])
  await db.createCollection('capped', { capped: true, size: 8192, max: 10 })
  await insert(db, 'capped', [{ _id: new Int32(2) }, { _id: new Int32(3) }])
  await db.createCollection('capped_otherwise', { capped: true, size: 4096 })
  await insert(db, 'capped_otherwise', [{ _id: new Int32(2) }, { _id: new Int32(1) }])
  await db.createCollection('clustered', { clusteredIndex: { key: { _id: 1 }, unique: true, name: 'by id' } })
  await insert(db, 'clustered', [{ _id: 'b' }, { _id: 'a' }])
  await db.createCollection('collated', { collation: { locale: 'de', strength: 1, numericOrdering: true } })
  await insert(db, 'collated', [{ _id: 'Z' }, { _id: 'a' }, { _id: '10' }, { _id: '9' }])
  await db.createCollection('pre_images', { changeStreamPreAndPostImages: { enabled: true } })
  await db.createCollection('weather', {
    timeseries: { timeField: 'at', metaField: 'station', granularity: 'minutes' },
    expireAfterSeconds: 1e9,
  })
  await db
    .collection('weather')
    .insertMany(
      Array.from({ length: 50 }, (_, i) => ({ at: new Date(1.7e12 + i * 6e7), station: i % 3, degrees: i * 1.5 })),
    )
  await db.createCollection('empty')
  await db.createCollection('names with "quotes" and ä.dots')
  await fillIndexes(db)
  await db.createCollection('view', {
    viewOn: 'types',
    pipeline: [{ $match: { int: { $lt: 0 } } }, { $project: { int: 1 } }],
  })
  await db.createCollection('a_view', { viewOn: 'view', pipeline: [] })
  await db.createCollection('collated_view', { viewOn: 'ids', pipeline: [], collation: { locale: 'fr' } })
  await db.createCollection('view_of_view', { viewOn: 'view', pipeline: [] })
}

async function fillIndexes(db: Db): Promise<void> {
  const indexed = db.collection('indexed')
  await indexed.insertMany([
    {
      _id: 1 as never,
      a: 1,
      b: [1, 2],
      text: 'words',
      place: { type: 'Point', coordinates: [1, 2] },
      pair: [1, 2],
      wild: {},
    },
    { _id: 2 as never, a: 2, b: [], at: new Date(2e12) },
  ])
  await indexed.createIndexes([
    { key: { a: 1 }, name: 'single' },
    { key: { b: -1, a: 1, '10': 1, '9': -1 }, name: 'compound multikey, names that are numbers' },
    { key: { a: 1, b: 1 }, name: 'unique', unique: true },
    { key: { c: 1 }, name: 'sparse', sparse: true },
    { key: { d: 1 }, name: 'partial', partialFilterExpression: { d: { $gt: 5 }, s: { $type: 'string' } } },
    { key: { at: 1 }, name: 'ttl', expireAfterSeconds: 3600 },
    { key: { e: 1 }, name: 'collation', collation: { locale: 'en', strength: 2 } },
    { key: { f: 1 }, name: 'hidden', hidden: true },
    { key: { text: 'text', other: 'text' }, name: 'text', weights: { text: 10 }, default_language: 'german' },
    { key: { place: '2dsphere' }, name: '2dsphere' },
    { key: { pair: '2d' }, name: '2d', bits: 20, min: -100, max: 100 },
    { key: { g: 'hashed' }, name: 'hashed' },
    { key: { h: 'hashed', a: 1 }, name: 'compound hashed' },
    { key: { '$**': 1 }, name: 'wildcard', wildcardProjection: { wild: 1 } },
    { key: { 'wild.$**': 1 }, name: 'wildcard of a field' },
  ])
  await db.collection('weather').createIndex({ station: 1, at: -1 })
  await db.collection('collated').createIndex({ name: 1 })
}

async function insert(db: Db, collection: string, documents: readonly Document[]): Promise<void> {
  await db.command({ insert: collection, documents, bypassDocumentValidation: true })
}
