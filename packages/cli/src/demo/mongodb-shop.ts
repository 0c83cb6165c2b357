import { type Db, Decimal128, type Document } from 'mongodb'
import { BAD_RELEASE } from './bad-release.ts'
import { type ShopOrder, type ShopRecords, shopRecords } from './shop-records.ts'

export const MONGODB_COLLECTIONS = ['customers', 'products', 'orders', 'audit_log'] as const

/** Documents sent at a time: well below the driver's own limit of a message. */
const DOCUMENTS_PER_INSERT = 2_000

/**
 * Fills an empty database with the shop as documents: an order holds its lines, amounts are Decimal128. With a validator,
 * unique and multikey indexes, and a view.
 */
export async function createMongodbShop(db: Db, scale: number): Promise<void> {
  const records = shopRecords(scale)
  await db.createCollection('products', { validator: { price: { $gt: 0 } } })
  for (const name of MONGODB_COLLECTIONS) await insert(db, name, documents(records)[name]())
  await db.collection('customers').createIndex({ email: 1 }, { unique: true })
  await db.collection('products').createIndex({ sku: 1 }, { unique: true })
  await db.collection('products').createIndex({ labels: 1 })
  await db.collection('orders').createIndex({ customerId: 1 })
  await db.collection('orders').createIndex({ placedAt: 1 }, { name: BAD_RELEASE.indexDropped })
  await db.collection('orders').createIndex({ 'lines.productId': 1 })
  const open = { $match: { status: { $in: ['paid', 'shipped'] } } }
  await db.createCollection('open_orders', { viewOn: 'orders', pipeline: [open] })
}

/** The application bug of the demo, as `deployBadRelease` does it on PostgreSQL. */
export async function deployMongodbBadRelease(db: Db): Promise<void> {
  const products = db.collection<{ _id: number; category: string }>('products')
  const coffee = products.find({ category: 'coffee' }, { projection: { _id: 1 } }).sort({ _id: 1 })
  const ids = (await coffee.limit(BAD_RELEASE.pricesChanged).toArray()).map(({ _id }) => _id)
  const price = { $multiply: ['$price', 100] }
  await products.updateMany({ _id: { $in: ids } }, [{ $set: { price, updatedAt: new Date('2026-02-14T03:12:00Z') } }])
  await db.collection('orders').dropIndex(BAD_RELEASE.indexDropped)
  await db.collection<{ _id: number }>('orders').deleteOne({ _id: BAD_RELEASE.orderDeleted })
}

type Name = (typeof MONGODB_COLLECTIONS)[number]

function documents(records: ShopRecords): Record<Name, () => Iterable<Document>> {
  return {
    customers: () => map(records.customers(), ({ id, ...rest }) => ({ _id: id, ...rest })),
    products: () => map(records.products(), ({ id, price, ...rest }) => ({ _id: id, price: money(price), ...rest })),
    orders: () => map(records.orders(), orderDocument),
    audit_log: () => map(records.auditEntries(), withoutNull),
  }
}

function orderDocument({ id, total, lines, note, ...rest }: ShopOrder): Document {
  return {
    _id: id,
    ...rest,
    total: money(total),
    lines: lines.map(({ unitPrice, ...line }) => ({ ...line, unitPrice: money(unitPrice) })),
    ...(note === null ? {} : { note }),
  }
}

/** What a document does not have, it does not name. Numbered, so that the same scale makes the same shop. */
function withoutNull({ order, ...rest }: { readonly order: number | null }, at: number): Document {
  return { _id: at + 1, ...rest, ...(order === null ? {} : { order }) }
}

function* map<T>(records: Iterable<T>, document: (record: T, at: number) => Document): Iterable<Document> {
  let at = 0
  for (const record of records) yield document(record, at++)
}

async function insert(db: Db, name: Name, all: Iterable<Document>): Promise<void> {
  let batch: Document[] = []
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await db.collection(name).insertMany(batch, { ordered: false })
    batch = []
  }
  for (const document of all) {
    batch.push(document)
    if (batch.length === DOCUMENTS_PER_INSERT) await flush()
  }
  await flush()
}

/** Cents as a decimal: a double would be none. */
function money(cents: number): Decimal128 {
  return Decimal128.fromString(`${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`)
}
