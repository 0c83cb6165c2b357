import { type ShopSize, shopSize } from './shop-size.ts'
import { CATEGORIES, CITIES, FIRST_NAMES, LAST_NAMES, NOUNS, QUALITIES } from './shop-words.ts'

export interface ShopCustomer {
  readonly id: number
  readonly email: string
  readonly fullName: string
  readonly city: string
  readonly tags: readonly string[]
  readonly preferences: { readonly language: string; readonly darkMode: boolean; readonly monthlyLimit: number }
  readonly createdAt: Date
}

export interface ShopProduct {
  readonly id: number
  readonly sku: string
  readonly name: string
  readonly category: string
  /** In cents, as all amounts here. */
  readonly price: number
  readonly labels: readonly string[]
  readonly attributes: { readonly grams: number; readonly origin: string; readonly ratings: readonly number[] }
  readonly updatedAt: Date
}

export interface ShopOrderLine {
  readonly productId: number
  readonly quantity: number
  readonly unitPrice: number
}

export interface ShopOrder {
  readonly id: number
  readonly customerId: number
  readonly status: (typeof STATUSES)[number]
  readonly total: number
  readonly placedAt: Date
  readonly shipping: { readonly city: string; readonly street: string; readonly express: boolean }
  readonly note: string | null
  /** One to three. */
  readonly lines: readonly ShopOrderLine[]
}

export interface ShopAuditEntry {
  readonly at: Date
  readonly actor: string
  readonly action: string
  readonly order: number | null
}

export const STATUSES = ['cart', 'paid', 'shipped', 'delivered', 'refunded'] as const
export const LABELS = ['organic', 'fair trade', 'new', 'sale'] as const

/**
 * The shop's records, one after the other, for the engines whose server cannot make them from a statement. Only a
 * record's number decides what it holds: same scale, same shop. Never more than one is held.
 */
export interface ShopRecords {
  readonly size: ShopSize
  customers(): Iterable<ShopCustomer>
  products(): Iterable<ShopProduct>
  orders(): Iterable<ShopOrder>
  auditEntries(): Iterable<ShopAuditEntry>
}

export function shopRecords(scale: number): ShopRecords {
  const size = shopSize(scale)
  return {
    size,
    customers: () => numbered(size.customers, customer),
    products: () => numbered(size.products, product),
    orders: () => numbered(size.orders, (n) => order(n, size)),
    auditEntries: () => numbered(size.auditEntries, (n) => auditEntry(n, size)),
  }
}

function* numbered<T>(count: number, make: (n: number) => T): Iterable<T> {
  for (let n = 1; n <= count; n++) yield make(n)
}

function customer(n: number): ShopCustomer {
  const [first, last] = [oneOf(n, 1, FIRST_NAMES), oneOf(n, 2, LAST_NAMES)]
  return {
    id: n,
    email: `${first}.${last}${n}@example.com`.toLowerCase(),
    fullName: `${first} ${last}`,
    city: oneOf(n, 3, CITIES),
    tags: ['newsletter', 'b2b', 'vip', 'trial'].slice(0, pick(n, 4, 4)),
    preferences: {
      language: oneOf(n, 5, ['en', 'de', 'fr', 'es']),
      darkMode: pick(n, 6, 2) === 1,
      monthlyLimit: pick(n, 7, 20) * 50,
    },
    createdAt: later('2024-01-01', pick(n, 8, 63_072_000)),
  }
}

function product(n: number): ShopProduct {
  const category = oneOf(n, 11, CATEGORIES)
  return {
    id: n,
    sku: `${category.slice(0, 3).toUpperCase()}-${String(n).padStart(5, '0')}`,
    name: `${oneOf(n, 12, QUALITIES)} ${oneOf(n, 13, NOUNS)}`,
    category,
    price: priceOf(n),
    labels: LABELS.slice(0, pick(n, 15, 4)),
    attributes: {
      grams: 50 * (1 + pick(n, 16, 20)),
      origin: oneOf(n, 17, ['Ethiopia', 'Peru', 'India', 'Ghana']),
      ratings: [pick(n, 18, 6), pick(n, 19, 6)],
    },
    updatedAt: later('2026-01-01', pick(n, 20, 2_592_000)),
  }
}

function priceOf(product: number): number {
  return 250 + pick(product, 14, 4750)
}

function order(n: number, { customers, products }: ShopSize): ShopOrder {
  const lines = [...numbered(1 + pick(n, 21, 3), (line) => orderLine(n * 4 + line, products))]
  return {
    id: n,
    customerId: 1 + pick(n, 24, customers),
    status: oneOf(n, 25, STATUSES),
    total: lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0),
    placedAt: later('2025-01-01', n * 660 + pick(n, 26, 600)),
    shipping: { city: oneOf(n, 27, CITIES), street: `Street ${pick(n, 28, 900)}`, express: pick(n, 29, 5) === 0 },
    note: pick(n, 30, 6) === 0 ? `Please leave it with neighbour ${pick(n, 31, 100)}` : null,
    lines,
  }
}

function orderLine(n: number, products: number): ShopOrderLine {
  const productId = 1 + pick(n, 22, products)
  return { productId, quantity: 1 + pick(n, 23, 5), unitPrice: priceOf(productId) }
}

/** Whole hours, few actors and few actions make equal records, which a table without a key may hold. */
function auditEntry(n: number, { orders }: ShopSize): ShopAuditEntry {
  return {
    at: later('2026-01-01', pick(n, 41, 720) * 3600),
    actor: oneOf(n, 42, ['checkout', 'warehouse', 'support', 'cron']),
    action: oneOf(n, 43, ['login', 'logout', 'order.updated', 'export']),
    order: pick(n, 44, 3) === 0 ? 1 + pick(n, 45, orders) : null,
  }
}

/** A number from 0 to size - 1 that only its arguments decide: the finish of MurmurHash3, over the number and the salt. */
function pick(n: number, salt: number, size: number): number {
  let hash = Math.imul(n, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % size
}

function oneOf<T>(n: number, salt: number, words: readonly T[]): T {
  return words[pick(n, salt, words.length)] as T
}

function later(day: string, seconds: number): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) + seconds * 1000)
}
