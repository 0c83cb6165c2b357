import type { Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { overwrite, type RoundTrip, roundTrip } from '../src/round-trip.ts'
import { type TestDatabase, testDatabase } from '../src/test-database.ts'

interface KeyCase {
  readonly table: string
  /** Puts the first records in. */
  readonly fill: string
  /** Changes records, keys among them, and adds and removes some. */
  readonly change: string
  /** Whether the table has a key; default true. */
  readonly keyed?: boolean
}

const values = (type: string, list: readonly string[]): string =>
  `INSERT INTO t SELECT v::${type}, 'note' FROM unnest(ARRAY[${list.map((value) => `'${value}'`)}]::text[]) v`

const cases: Record<string, KeyCase> = {
  'text whose collation puts small letters first': {
    table: `CREATE COLLATION words (provider = icu, locale = 'en-US'); CREATE TABLE t (k text COLLATE words PRIMARY KEY, v text)`,
    fill: values('text', ['a', 'B', 'b', 'A', '', ' ', 'é', 'e', 'É', 'z', 'ä', '😀', '_', '-a', 'a-b', 'ab']),
    change: `UPDATE t SET k = 'c' WHERE k = 'B'; DELETE FROM t WHERE k = 'é'; INSERT INTO t VALUES ('Z', 'new')`,
  },
  'text under a collation that calls different texts equal': {
    table: `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE t (k text COLLATE loose PRIMARY KEY, v text)`,
    fill: values('text', ['Anna', 'bob', 'É', '']),
    change: `UPDATE t SET k = 'ANNA' WHERE k = 'anna'; UPDATE t SET k = 'BOB', v = 'other' WHERE k = 'bob'`,
  },
  'several columns of several types': {
    table: `CREATE TABLE t (v text, a text, b int, c boolean, d numeric(8,3), PRIMARY KEY (d, a, c, b))`,
    fill: `INSERT INTO t SELECT 'v', a, b, c, d FROM unnest(ARRAY['', 'a', E'a\\t', E'a\\\\', 'ab']) a,
      unnest(ARRAY[-2, -1, 0, 10, 9]) b, unnest(ARRAY[true, false]) c, unnest(ARRAY[-1.5, 0, 10, 9.999, 'NaN']) d`,
    change: `UPDATE t SET v = 'w' WHERE b = -1 AND a = 'ab'; DELETE FROM t WHERE d = 'NaN' AND c`,
  },
  uuid: {
    table: 'CREATE TABLE t (k uuid PRIMARY KEY, v text)',
    fill: `INSERT INTO t SELECT md5(i::text)::uuid, 'v' FROM generate_series(1, 300) i`,
    change: `DELETE FROM t WHERE k < '40000000-0000-0000-0000-000000000000'; UPDATE t SET v = 'w' WHERE k > 'f0000000-0000-0000-0000-000000000000'`,
  },
  'numeric without a scale': {
    table: 'CREATE TABLE t (k numeric PRIMARY KEY, v text)',
    fill: values('numeric', ['1', '1.10', '-0.5', '1e-300', '1e300', 'NaN', '0', '10', '9', '-10', '-9']),
    change: `UPDATE t SET k = 1.1000 WHERE k = 1.1; UPDATE t SET k = 1.00 WHERE k = 1; DELETE FROM t WHERE k = 'NaN'`,
  },
  'double precision': {
    table: 'CREATE TABLE t (k double precision PRIMARY KEY, v text)',
    fill: values('float8', ['-0', 'NaN', 'Infinity', '-Infinity', '1e-300', '1e300', '10', '9', '-9', '-10']),
    change: `UPDATE t SET k = 0, v = 'x' WHERE k = 0; UPDATE t SET k = 11 WHERE k = 10; DELETE FROM t WHERE k = 'NaN'`,
  },
  'bigint to both ends': {
    table: 'CREATE TABLE t (k bigint PRIMARY KEY, v text)',
    fill: values('bigint', ['-9223372036854775808', '9223372036854775807', '0', '-1', '9', '10', '-9', '-10']),
    change: `UPDATE t SET v = 'w' WHERE k < 0; DELETE FROM t WHERE k = 9223372036854775807`,
  },
  'moments that never end': {
    table:
      'CREATE TABLE t (k timestamptz, d date, v text, UNIQUE (k, d)); ALTER TABLE t ALTER k SET NOT NULL, ALTER d SET NOT NULL',
    fill: `INSERT INTO t SELECT k, d, 'v' FROM
      unnest(ARRAY['-infinity', '0044-03-15 12:00 BC', '0001-01-01', '2024-02-29 12:00:00.5', '2024-02-29 12:00:00.25', '12024-01-01', 'infinity']::timestamptz[]) k,
      unnest(ARRAY['-infinity', '4713-01-01 BC', '0001-12-31 BC', '0001-01-01', '9999-12-31', '10000-01-01', 'infinity']::date[]) d`,
    change: `DELETE FROM t WHERE k = 'infinity' AND d = '-infinity'; UPDATE t SET v = 'w' WHERE d < '0001-01-01'`,
  },
  boolean: {
    table: 'CREATE TABLE t (k boolean PRIMARY KEY, v text)',
    fill: values('boolean', ['t', 'f']),
    change: `DELETE FROM t WHERE k; UPDATE t SET v = 'w'`,
  },
  'types of every other kind': {
    table: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN code AS varchar(5);
      CREATE TABLE t (e mood, p pair, a int[], r int4range, i interval, n inet, j jsonb, z timetz, c char(4), o code, b bytea, y "char", v text,
        PRIMARY KEY (e, p, a, r, i, n, j, z, c, o, b, y))`,
    fill: `INSERT INTO t SELECT e, ROW(x, '"')::pair, ARRAY[x, -x], int4range(x, x + 3), make_interval(hours => 24 * x), ('10.0.0.' || x)::inet,
      jsonb_build_object('x', x), '12:00:00+02', 'a' || x, 'c' || x, decode(lpad(to_hex(x), 2, '0'), 'hex'), 'y', 'v'
      FROM unnest(ARRAY['ok', 'happy', 'sad']::mood[]) e, generate_series(1, 9) x`,
    change: `UPDATE t SET i = '1 day' WHERE i = '24 hours' AND e = 'ok'; DELETE FROM t WHERE e = 'sad' AND a[1] = 3; UPDATE t SET v = 'w' WHERE e = 'happy'`,
  },
  'only a deferrable, a partial or a nullable unique index': {
    table: `CREATE TABLE t (a int NOT NULL UNIQUE DEFERRABLE, b int NOT NULL, c int UNIQUE); CREATE UNIQUE INDEX ON t (b) WHERE b > 5;
      CREATE UNIQUE INDEX ON t ((b + 1)) WHERE b > 5`,
    fill: 'INSERT INTO t SELECT i, least(i, 5), NULL FROM generate_series(1, 5) i',
    change: 'UPDATE t SET b = 4 WHERE a = 5; DELETE FROM t WHERE a = 1',
    keyed: false,
  },
  'no key, records more than once': {
    table: 'CREATE TABLE t (a text, b json, x xml)',
    fill: `INSERT INTO t SELECT 'a' || i % 3, '{"a":  1}', '<a/>' FROM generate_series(1, 30) i; INSERT INTO t VALUES (NULL, NULL, NULL), (NULL, NULL, NULL), ('', NULL, NULL)`,
    change: `DELETE FROM t WHERE ctid IN (SELECT ctid FROM t WHERE a = 'a1' LIMIT 3); INSERT INTO t SELECT * FROM t WHERE a IS NULL LIMIT 1`,
    keyed: false,
  },
  'no column at all': {
    table: 'CREATE TABLE t ()',
    fill: 'INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES',
    change: 'INSERT INTO t DEFAULT VALUES',
    keyed: false,
  },
}

/** One database holds all cases, each in a schema of its own: a failure names it. */
const inSchema = (name: string, sql: string): string => `SET search_path = "${name}"; ${sql};`
const everyCase = (sqlOf: (example: KeyCase) => string): string =>
  Object.entries(cases)
    .map(([name, example]) => inSchema(name, sqlOf(example)))
    .join('\n')
const keyless = (): string[] => Object.keys(cases).filter((name) => cases[name]?.keyed === false)
const collectionsOf = (names: readonly string[]): string[] => names.map((name) => `${name}.t`).sort()

describe('a table with a key of any kind', () => {
  let repository: Repository
  let database: TestDatabase
  let trip: RoundTrip
  beforeAll(async () => {
    repository = await memoryRepository()
    const schemas = Object.keys(cases).map((name) => `CREATE SCHEMA "${name}";`)
    database = await testDatabase(`${schemas.join('')} ${everyCase(({ table, fill }) => `${table}; ${fill}`)}`)
  })
  afterAll(() => Promise.all([database.close(), trip.target.close()]))

  it('is taken with the key that it has, and created elsewhere', async () => {
    trip = await roundTrip(repository, database)
    const found = trip.snapshot.collections.filter(({ layout }) => layout.key.length === 0)
    expect(found.map(({ layout }) => layout.name)).toEqual(collectionsOf(keyless()))
  })

  it('is compared alike live and as a snapshot, and put back', async () => {
    await trip.target.sql(everyCase(({ change }) => change))
    const live = await compare(repository, trip.snapshot, postgres(trip.target.url))
    expect(Object.keys(live.records)).toEqual(collectionsOf(Object.keys(cases)))
    const after = await repository.take(postgres(trip.target.url))
    expect(await compare(repository, trip.snapshot, after)).toEqual(live)
    await overwrite(repository, trip)
    await repository.restore(after, postgres(database.url), { mode: 'overwrite', confirm: true })
    expect(await compare(repository, postgres(database.url), after)).toEqual(nothing)
  })
})
