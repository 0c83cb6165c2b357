import { createCipheriv, createDecipheriv, hkdfSync, scryptSync } from 'node:crypto'
import { cp, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder, Repository, type Snapshot } from '@dbsnap/core'
import { mongodb } from '@dbsnap/mongodb'
import { mysql } from '@dbsnap/mysql'
import { postgres } from '@dbsnap/postgres'
import {
  canStartMysql,
  MYSQL_FLAVOURS,
  mongoUnavailable,
  sharedMongo,
  sharedMysql,
  sharedPostgres,
} from '@dbsnap/test-servers'
import { BSON, MongoClient } from 'mongodb'
import driver from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { offlineSnapshot, PASSPHRASE, readOffline } from './offline-reader.ts'

/** Three segments of 1 MiB. */
const LARGE = 2_500_000
const FIXTURES = join(import.meta.dirname, '../../../fixtures/repositories')

interface Slot {
  readonly provider: string
  readonly parameters: { readonly N: number; readonly r: number; readonly p: number; readonly salt: string }
  readonly wrapped: string
}

let place = ''
let repository: Repository

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'dbsnap-offline-test-'))
  repository = await Repository.create(folder(join(place, 'repository')), { passphrase: PASSPHRASE })
})
afterAll(() => rm(place, { recursive: true }))

const offline = (snapshot: Snapshot) => offlineSnapshot(join(place, 'repository'), snapshot.id)

/** Rows as the server prints them against lines as the script does: the same texts, columns in the same order. */
function expectRows(lines: readonly string[], rows: readonly Record<string, unknown>[]): void {
  expect(lines.length).toBe(rows.length)
  expect(lines.every((line, i) => line === JSON.stringify(rows[i]))).toBe(true)
}

it('PostgreSQL: deltas, segments, no key, odd names and texts', async () => {
  const url = await (await sharedPostgres()).createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note text, total numeric(10,2), at timestamptz, raw bytea);
      INSERT INTO orders SELECT i, md5(i::text) || E'\\t\\n\\r\\b\\f\\v\\\\ "ä😀', i * 1.5, '2026-01-01', '\\x00ff'
        FROM generate_series(1, 20000) i;
      INSERT INTO orders VALUES (0, NULL, 'NaN', '-infinity', ''), (-5, repeat('x', ${LARGE}), NULL, NULL, NULL);
      CREATE TABLE without_key (v text); INSERT INTO without_key VALUES ('a'), ('a'), (NULL), (E'\\\\N'), ('');
      CREATE TABLE no_columns (); INSERT INTO no_columns DEFAULT VALUES; INSERT INTO no_columns DEFAULT VALUES;
      CREATE TABLE "A/../b *" ("1" int PRIMARY KEY, b text); INSERT INTO "A/../b *" VALUES (1, 'x');
      CREATE TABLE empty (id int PRIMARY KEY)`)
    const source = postgres(url)
    const first = await repository.take(source)
    const rowsNow = async () =>
      (await client.query('SELECT id::text, note, total::text, at::text, raw::text FROM orders ORDER BY orders.id'))
        .rows
    await client.query(`SET timezone = 'UTC'`)
    const before = await rowsNow()
    await client.query(
      `UPDATE orders SET note = 'changed' WHERE id IN (700, 15000); DELETE FROM orders WHERE id = 9000`,
    )
    const second = await repository.take(source)
    // So small only as deltas: the tables have 1 MB.
    expect(second.storedBytes).toBeLessThan(20_000)
    const [old, now] = [await offline(first), await offline(second)]
    expectRows(old.lines('public.orders'), before)
    expectRows(now.lines('public.orders'), await rowsNow())
    expect([...now.lines('public.without_key')].sort()).toEqual(
      ['{"v":"a"}', '{"v":"a"}', '{"v":null}', '{"v":"\\\\N"}', '{"v":""}'].sort(),
    )
    expect(now.lines('public.no_columns')).toEqual(['{}', '{}'])
    expect(now.lines('public.A/../b *')).toEqual(['{"1":"1","b":"x"}'])
    expect(now.lines('public.empty')).toEqual([])
    // COPY text again: the server takes it as it is.
    expect(now.raw('public.A/../b *').toString()).toBe('1\tx\n')
    const manifest = await repository.get(second.id)
    expect(now.manifest).toEqual(JSON.parse(JSON.stringify(manifest)))
    expect(now.schema).toMatchObject({ version: 1, engine: 'postgres', objects: expect.any(Array) })
  } finally {
    await client.end()
  }
})

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('%s', (flavour) => {
  it('deltas, segments, bytes that are no text', async () => {
    const url = await (await sharedMysql(flavour)).createDatabase()
    const client = await driver.createConnection({
      uri: url,
      charset: 'utf8mb4',
      multipleStatements: true,
      typeCast: (field) => field.string('utf8'),
    })
    try {
      await client.query(`
        CREATE TABLE numbers (n int PRIMARY KEY);
        INSERT INTO numbers VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
        CREATE TABLE orders (id int PRIMARY KEY, note longtext, total decimal(10,2)) CHARACTER SET utf8mb4;
        INSERT INTO orders SELECT a.n * 1000 + b.n * 100 + c.n * 10 + d.n, CONCAT(SHA2(a.n * 1000 + d.n, 256), '\\t\\n\\\\ "ä😀'), 1.5
          FROM numbers a, numbers b, numbers c, numbers d;
        INSERT INTO orders VALUES (-5, REPEAT('x', ${LARGE}), NULL);
        CREATE TABLE files (id int PRIMARY KEY, b blob); INSERT INTO files VALUES (1, x'00ff'), (2, 'text'), (3, NULL)`)
      const rowsNow = async () =>
        (await client.query<driver.RowDataPacket[]>('SELECT id, note, total FROM orders ORDER BY id'))[0]
      const first = await repository.take(mysql(url))
      const before = await rowsNow()
      await client.query(`UPDATE orders SET note = 'changed' WHERE id IN (700, 8000)`)
      const second = await repository.take(mysql(url))
      expect(second.storedBytes).toBeLessThan(20_000)
      const [old, now] = [await offline(first), await offline(second)]
      expectRows(old.lines('orders'), before)
      expectRows(now.lines('orders'), await rowsNow())
      // 00 FF is no text.
      expect(now.lines('files')).toEqual([
        '{"id":"1","b":{"$base64":"AP8="}}',
        '{"id":"2","b":"text"}',
        '{"id":"3","b":null}',
      ])
    } finally {
      await client.end()
    }
  })
})

describe.skipIf(await mongoUnavailable())('MongoDB', () => {
  it('deltas, segments, every type', async () => {
    const url = (await sharedMongo()).url()
    const client = new MongoClient(url)
    try {
      const orders = client
        .db(new URL(url).pathname.slice(1))
        .collection<{ _id: unknown; [name: string]: unknown }>('orders')
      const { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId } = BSON
      const every = {
        doubles: [1, -0, Number.NaN, Number.NEGATIVE_INFINITY, 1e21, 0.1, 5e-324].map((value) => new Double(value)),
        text: 'ä€😀\0"',
        object: { b: new Int32(-1), a: { c: null }, '1': true },
        binary: [new Binary(Buffer.from([0, 1])), new Binary(Buffer.from([1, 2]), 2), new BSON.UUID()],
        dates: [new Date(-1), new Date(253402300800000)],
        others: [
          new BSONRegExp('^a/"', 'im'),
          new Code('f()'),
          new Code('g()', { a: new Int32(1) }),
          new BSONSymbol('s'),
        ],
        numbers: [
          Long.MIN_VALUE,
          new BSON.Timestamp({ t: 4294967295, i: 7 }),
          new MinKey(),
          new MaxKey(),
          new ObjectId(),
        ],
        decimals: [
          '0',
          '-0',
          '1.00',
          '1E+6000',
          '-1E-6000',
          '0.000001',
          '1E-7',
          '12345678901234567890.5',
          'NaN',
          '-Infinity',
        ].map((text) => Decimal128.fromString(text)),
      }
      const documents = Array.from({ length: 5000 }, (_, i) => ({ _id: new Int32(i), note: `note ${i} `.repeat(20) }))
      await orders.insertMany([...documents, { _id: 'every', ...every }, { _id: 'large', x: 'x'.repeat(LARGE) }])
      const first = await repository.take(mongodb(url))
      await orders.updateOne({ _id: new Int32(700) }, { $set: { note: 'changed' } })
      const second = await repository.take(mongodb(url))
      expect(second.storedBytes).toBeLessThan(20_000)
      const [old, now] = [await offline(first), await offline(second)]
      const raw = await orders.find({}, { raw: true, sort: { _id: 1 } }).toArray()
      const stored = Buffer.concat(raw as unknown as Buffer[])
      expect(now.raw('orders').equals(stored)).toBe(true)
      expect(old.raw('orders').equals(stored)).toBe(false)
      expect(old.raw('orders').includes('note 700 note 700')).toBe(true)
      const line = now.lines('orders').find((text) => text.includes('"every"')) ?? ''
      expect(line).toBe(BSON.EJSON.stringify({ _id: 'every', ...every }, { relaxed: false }))
      const again = now.lines('orders').map((text) => BSON.serialize(BSON.EJSON.parse(text, { relaxed: false })))
      expect(again.filter((bytes, i) => !Buffer.from(bytes).equals(raw[i] as unknown as Buffer))).toEqual([])
    } finally {
      await client.db(new URL(url).pathname.slice(1)).dropDatabase()
      await client.close()
    }
  })
})

describe('with the committed repositories', () => {
  const golden = { DBSNAP_PASSPHRASE: 'open sesame' }
  const SCHEMA = { version: 1, engine: 'postgres', objects: [1] }

  it('lists, and reads what is whole: without an index too, or a pack that is cut', async () => {
    for (const [name, code] of [
      ['format-v1-small', 0],
      ['missing-index', 0],
      ['truncated-pack', 1],
    ] as const) {
      const [from, to] = [join(FIXTURES, name), join(place, name)]
      expect((await readOffline([from], golden)).out).toMatch(/^1{32} .*\n2{32} .*\n$/)
      const reading = await readOffline([from, to], golden)
      expect({ name, code: reading.code }).toEqual({ name, code })
      expect(reading.err).toMatch(code === 0 ? /^$/ : /^packs\/75\/75[0-9a-f]{30}: its end is damaged/)
      expect(JSON.parse(await readFile(join(to, 'schema.json'), 'utf8'))).toEqual(SCHEMA)
      // Nobody else reads what lies open now.
      expect(((await stat(to)).mode & 0o777).toString(8)).toBe('700')
      expect(((await stat(join(to, 'schema.json'))).mode & 0o777).toString(8)).toBe('600')
    }
  })

  it('refuses a newer format, a wrong secret, none, a folder that is there, and never shows a secret', async () => {
    const small = join(FIXTURES, 'format-v1-small')
    const refused = async (args: readonly string[], secrets: NodeJS.ProcessEnv, message: RegExp) => {
      const { code, out, err } = await readOffline(args, secrets)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(message)
      expect(err).not.toMatch(/canary|open sesame|node:internal/)
    }
    await refused([join(FIXTURES, 'newer-version')], golden, /format 2/)
    await refused([small], { DBSNAP_PASSPHRASE: 'canary' }, /no key slot opens/)
    await refused([small], {}, /is encrypted/)
    await refused([small, place], golden, /EEXIST/)
    await refused([small, join(place, 'new'), '3'], golden, /0 snapshots/)
    await refused([place], golden, /no repository/)
    await refused([], golden, /usage/)
    await refused([small], { DBSNAP_RECOVERY_KEY: 'canary' }, /40 characters/)
  })
})

describe('secrets that were drawn at random', () => {
  // The example of the format page, "Recovery keys".
  const RECOVERY = {
    text: '006H8-M9SMW-85751-PT3N2-GA7SR-SADPT-RF8DE-VTQQ8',
    secret: Buffer.from(Array.from({ length: 20 }, (_, i) => i * 13)),
  }
  const SECRET = Buffer.alloc(32, 7)

  /** The golden repository with one slot, of `provider`, in the place of its passphrase. */
  async function lockedWith(provider: string, secret: Buffer): Promise<string> {
    const root = join(place, provider)
    await cp(join(FIXTURES, 'format-v1-small'), root, { recursive: true })
    const [name] = await readdir(join(root, 'keys'))
    const file = join(root, 'keys', name as string)
    const slot = JSON.parse(await readFile(file, 'utf8'))
    const salt = Buffer.alloc(16, 1)
    const wrapping = Buffer.from(hkdfSync('sha256', secret, salt, `dbsnap 1 ${provider}`, 32))
    const parameters = { salt: salt.toString('base64') }
    const nonce = Buffer.alloc(12, 2)
    const cipher = createCipheriv('aes-256-gcm', wrapping, nonce)
    cipher.setAAD(Buffer.from(JSON.stringify([provider, parameters])))
    const wrapped = Buffer.concat([nonce, cipher.update(unwrapped(slot)), cipher.final(), cipher.getAuthTag()])
    await writeFile(file, JSON.stringify({ ...slot, provider, parameters, wrapped: wrapped.toString('base64') }))
    return root
  }

  function unwrapped({ provider, parameters, wrapped }: Slot): Buffer {
    const bytes = Buffer.from(wrapped, 'base64')
    const { N, r, p, salt } = parameters
    const key = scryptSync('open sesame', Buffer.from(salt, 'base64'), 32, { N, r, p, maxmem: 2 ** 28 })
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    decipher.setAAD(Buffer.from(JSON.stringify([provider, parameters])))
    decipher.setAuthTag(bytes.subarray(-16))
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
  }

  it('open it: a recovery key however it is typed', async () => {
    const root = await lockedWith('recovery-key', RECOVERY.secret)
    const typed = RECOVERY.text.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    for (const text of [RECOVERY.text, typed, ` ${RECOVERY.text.replaceAll('-', '')}\n`]) {
      expect(await readOffline([root], { DBSNAP_RECOVERY_KEY: text })).toMatchObject({ code: 0, err: '' })
    }
    const wrong = await readOffline([root], { DBSNAP_RECOVERY_KEY: RECOVERY.text.replace('85751', '85715') })
    expect(wrong).toEqual({ code: 2, out: '', err: 'group 3 of the recovery key is mistyped\n' })
    const passphrase = await readOffline([root], { DBSNAP_PASSPHRASE: 'open sesame' })
    expect(passphrase).toMatchObject({ code: 2, out: '' })
  })

  it('open it: a key file, a master key as hex or base64', async () => {
    const file = join(place, 'key-file.txt')
    await writeFile(file, `dbsnap-key-1 ${SECRET.toString('base64')}\n`)
    const root = await lockedWith('key-file', SECRET)
    for (const args of [[root, '--key-file', file], [root]]) {
      const secrets = args.length === 1 ? { DBSNAP_KEY_FILE: file } : {}
      expect(await readOffline(args, secrets)).toMatchObject({ code: 0, err: '' })
    }
    expect(await readOffline([root, '--key-file', join(root, 'config')], {})).toMatchObject({ code: 2, out: '' })
    const master = await lockedWith('master-key', SECRET)
    for (const encoding of ['hex', 'base64'] as const) {
      expect(await readOffline([master], { DBSNAP_MASTER_KEY: SECRET.toString(encoding) })).toMatchObject({ code: 0 })
    }
  })
})

describe('a repository of our own', () => {
  const ORDERS = Array.from({ length: 20_000 }, (_, i) => `(${i}, md5('${i}'))`).join(',')

  /** One table of several chunks, in a folder of its own. */
  async function repositoryOf(name: string, options: { passphrase?: string; unencrypted?: boolean }): Promise<string> {
    const root = join(place, name)
    const made = await Repository.create(folder(root), options)
    const url = await (await sharedPostgres()).createDatabase()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(`CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders VALUES ${ORDERS}`)
    await client.end()
    await made.take(postgres(url))
    return root
  }

  it('is read without a secret where it is not encrypted', async () => {
    const root = await repositoryOf('unencrypted', { unencrypted: true })
    const reading = await readOffline([root, join(place, 'unencrypted-out')], {})
    expect(reading).toMatchObject({ code: 0, out: '0001-public.orders.ndjson  20000 records of public.orders\n' })
    // Somebody may have put it in the place of an encrypted one.
    expect(await readOffline([root], { DBSNAP_PASSPHRASE: PASSPHRASE })).toMatchObject({ code: 2, out: '' })
  })

  it('with a flipped byte: what is damaged is counted and left out, all else is written', async () => {
    const root = await repositoryOf('damaged', { passphrase: PASSPHRASE })
    const [pack] = (await readdir(join(root, 'packs'), { recursive: true })).filter((name) => name.includes('/'))
    const file = await open(join(root, 'packs', pack as string), 'r+')
    // In the first object: a chunk.
    await file.write(Buffer.from([0xff, 0xff, 0xff, 0xff]), 0, 4, 100)
    await file.close()
    const out = join(place, 'damaged-out')
    const reading = await readOffline([root, out], { DBSNAP_PASSPHRASE: PASSPHRASE })
    expect(reading.code).toBe(1)
    const lost = Number(/^public\.orders: (\d+) of 20000 records are damaged and left out\n$/.exec(reading.err)?.[1])
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBeLessThan(20_000)
    const lines = (await readFile(join(out, '0001-public.orders.ndjson'), 'utf8')).split('\n').slice(0, -1)
    expect(lines.length).toBe(20_000 - lost)
  })

  it('with the end of a pack cut off: index files say where everything is', async () => {
    const root = await repositoryOf('cut', { passphrase: PASSPHRASE })
    const [pack] = (await readdir(join(root, 'packs'), { recursive: true })).filter((name) => name.includes('/'))
    const file = join(root, 'packs', pack as string)
    await truncate(file, (await stat(file)).size - 1)
    const out = join(place, 'cut-out')
    const reading = await readOffline([root, out], { DBSNAP_PASSPHRASE: PASSPHRASE })
    expect(reading).toEqual({
      code: 1,
      out: '0001-public.orders.ndjson  20000 records of public.orders\n',
      err: `packs/${pack}: its end is damaged; index files say what was in it\n`,
    })
  })
})
