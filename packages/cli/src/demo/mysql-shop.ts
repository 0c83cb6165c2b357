import type { Connection } from 'mysql2/promise'
import { BAD_RELEASE } from './bad-release.ts'
import { LABELS, type ShopOrder, STATUSES, shopRecords } from './shop-records.ts'

export const MYSQL_TABLES = ['customers', 'products', 'orders', 'order_lines', 'audit_log'] as const

/** Far below the 16 MB that the smallest usual `max_allowed_packet` lets pass. */
const RECORDS_PER_INSERT = 2_000

/**
 * Fills an empty database, the one that is in use, with the shop: the tables of `createShop` as MySQL has them, with JSON,
 * ENUM and SET, foreign keys, a view, and an audit log without a key. Works on MySQL from 5.7 and MariaDB from 10.6 on.
 */
export async function createMysqlShop(client: Connection, scale: number): Promise<void> {
  const records = shopRecords(scale)
  for (const statement of SCHEMA) await client.query(statement)
  await insert(
    client,
    'customers',
    map(records.customers(), (one) => [
      one.id,
      one.email,
      one.fullName,
      one.city,
      json(one.tags),
      json(one.preferences),
      time(one.createdAt),
    ]),
  )
  await insert(
    client,
    'products',
    map(records.products(), (one) => [
      one.id,
      one.sku,
      one.name,
      one.category,
      money(one.price),
      one.labels.join(','),
      json(one.attributes),
      time(one.updatedAt),
    ]),
  )
  await insert(
    client,
    'orders',
    map(records.orders(), (one) => [
      one.id,
      one.customerId,
      one.status,
      money(one.total),
      time(one.placedAt),
      json(one.shipping),
      one.note,
    ]),
  )
  await insert(client, 'order_lines', lines(records.orders()))
  await insert(
    client,
    'audit_log',
    map(records.auditEntries(), (one) => [
      time(one.at),
      one.actor,
      one.action,
      one.order === null ? null : json({ order: one.order }),
    ]),
  )
}

/** The application bug of the demo, as `deployBadRelease` does it on PostgreSQL. */
export async function deployMysqlBadRelease(client: Connection): Promise<void> {
  await client.query(`UPDATE products SET price = price * 100, updated_at = '2026-02-14 03:12:00'
    WHERE category = 'coffee' ORDER BY id LIMIT ${BAD_RELEASE.pricesChanged}`)
  await client.query(`DROP INDEX ${BAD_RELEASE.indexDropped} ON orders`)
  await client.query(`DELETE FROM orders WHERE id = ${BAD_RELEASE.orderDeleted}`)
}

const words = (list: readonly string[]): string => list.map((word) => `'${word}'`).join(', ')

const SCHEMA: readonly string[] = [
  `CREATE TABLE customers (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email varchar(120) NOT NULL UNIQUE,
    full_name varchar(80) NOT NULL,
    city varchar(40) NOT NULL,
    tags json NOT NULL,
    preferences json NOT NULL,
    created_at datetime NOT NULL
  ) ENGINE=InnoDB`,
  `CREATE TABLE products (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    sku varchar(20) NOT NULL UNIQUE,
    name varchar(80) NOT NULL,
    category varchar(20) NOT NULL,
    price decimal(10, 2) NOT NULL CHECK (price > 0),
    labels set(${words(LABELS)}) NOT NULL,
    attributes json NOT NULL,
    updated_at datetime NOT NULL
  ) ENGINE=InnoDB`,
  `CREATE TABLE orders (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id bigint unsigned NOT NULL,
    status enum(${words(STATUSES)}) NOT NULL,
    total decimal(12, 2) NOT NULL,
    placed_at datetime NOT NULL,
    shipping json NOT NULL,
    note text,
    KEY orders_customer_id_idx (customer_id),
    KEY ${BAD_RELEASE.indexDropped} (placed_at),
    CONSTRAINT orders_customer_id_fk FOREIGN KEY (customer_id) REFERENCES customers (id)
  ) ENGINE=InnoDB`,
  `CREATE TABLE order_lines (
    order_id bigint unsigned NOT NULL,
    line int NOT NULL,
    product_id bigint unsigned NOT NULL,
    quantity int NOT NULL,
    unit_price decimal(10, 2) NOT NULL,
    PRIMARY KEY (order_id, line),
    KEY order_lines_product_id_idx (product_id),
    CONSTRAINT order_lines_order_id_fk FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
    CONSTRAINT order_lines_product_id_fk FOREIGN KEY (product_id) REFERENCES products (id)
  ) ENGINE=InnoDB`,
  `CREATE TABLE audit_log (at datetime NOT NULL, actor varchar(20) NOT NULL, action varchar(20) NOT NULL, detail json)
    ENGINE=InnoDB COMMENT='Who did what. Has no key on purpose.'`,
  `CREATE VIEW open_orders AS SELECT o.id, c.email, o.total, o.placed_at FROM orders o
    JOIN customers c ON c.id = o.customer_id WHERE o.status IN ('paid', 'shipped')`,
]

type Row = readonly (string | number | null)[]

async function insert(client: Connection, table: (typeof MYSQL_TABLES)[number], rows: Iterable<Row>): Promise<void> {
  let batch: Row[] = []
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await client.query(`INSERT INTO ${table} VALUES ?`, [batch])
    batch = []
  }
  for (const row of rows) {
    batch.push(row)
    if (batch.length === RECORDS_PER_INSERT) await flush()
  }
  await flush()
}

function* map<T>(records: Iterable<T>, row: (record: T) => Row): Iterable<Row> {
  for (const record of records) yield row(record)
}

function* lines(orders: Iterable<ShopOrder>): Iterable<Row> {
  for (const { id, lines } of orders) {
    for (const [at, { productId, quantity, unitPrice }] of lines.entries()) {
      yield [id, at + 1, productId, quantity, money(unitPrice)]
    }
  }
}

const json = (value: unknown): string => JSON.stringify(value)

/** Cents as a decimal: a double would be none. */
const money = (cents: number): string => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`

/** Without a zone, so that neither driver nor session moves it. */
const time = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ')
