import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Repository, Snapshot } from '@dbsnap/core'
import { postgres, sqlScript } from '@dbsnap/postgres'
import { debianTool } from '@dbsnap/test-servers'
import copyStreams from 'pg-copy-streams'
import { expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { allRecords } from '../src/round-trip.ts'
import { testDatabase } from '../src/test-database.ts'

const psql = debianTool('psql')

const SHOP = `
  CREATE SCHEMA "Sales:x"; CREATE TYPE "Sales:x".mood AS ENUM ('sad', 'it''s');
  CREATE TABLE "Sales:x"."Orders" (id serial PRIMARY KEY, "a\\b" text, m "Sales:x".mood, cash money, n text[] DEFAULT '{NULL}', g int GENERATED ALWAYS AS (5) STORED);
  CREATE TABLE lines (o int NOT NULL REFERENCES "Sales:x"."Orders", n int GENERATED ALWAYS AS IDENTITY, what text, b bytea, flag boolean, i8 bigint, j jsonb, UNIQUE (o, n));
  CREATE TABLE empty (); CREATE TABLE heap (v text); CREATE TABLE parts (k int) PARTITION BY LIST (k); CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION E'never: \\\\. :USER :''x'''; END $f$;
  CREATE MATERIALIZED VIEW kept AS SELECT count(*) AS n, ':USER'::text AS u FROM lines;
  INSERT INTO "Sales:x"."Orders" ("a\\b", m, cash) VALUES (E'\\\\.', 'sad', 1234.5), (E'\\n\\\\.\\n', 'it''s', -1), (E'tab\\t\\r\\n,"quoted"', NULL, NULL), ('', 'sad', 0), (NULL, NULL, NULL);
  INSERT INTO lines (o, what, b, flag, i8, j) SELECT 1 + i % 5, ':USER' || i, '\\x00ff', i % 2 = 0, 9007199254740993, '{"a": 1.0}' FROM generate_series(1, 100) i;
  INSERT INTO empty DEFAULT VALUES; INSERT INTO heap VALUES ('same'), ('same'), (NULL), ('\\.'), ('NULL'); INSERT INTO parts VALUES (1), (1);
  CREATE TRIGGER t BEFORE INSERT ON lines FOR EACH ROW EXECUTE FUNCTION f(); REFRESH MATERIALIZED VIEW kept;`

async function bytesOf(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const piece of pieces) parts.push(Buffer.from(piece))
  return Buffer.concat(parts)
}

async function scriptOf(repository: Repository, snapshot: Snapshot): Promise<Buffer> {
  const schema = await repository.schema(snapshot)
  return bytesOf(sqlScript({ snapshot, schema, records: (name) => repository.rawRecords(snapshot, name) }))
}

it.skipIf(psql === undefined).each([
  ['UTF8', SHOP],
  ['LATIN1', `CREATE TABLE t (k text PRIMARY KEY); INSERT INTO t VALUES (chr(228)), (chr(255))`],
  ['SQL_ASCII', `CREATE TABLE t (k text); INSERT INTO t VALUES (convert_from('\\xff80', 'SQL_ASCII')), ('a')`],
])('a SQL script of a database in %s is loaded by psql alone', async (encoding, sql) => {
  const options = encoding === 'UTF8' ? {} : { encoding, locale: 'C' }
  const database = await testDatabase(sql, options)
  const repository = await memoryRepository()
  const snapshot = await repository.take(postgres(database.url))
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-export-'))
  const script = join(place, 'script.sql')
  await writeFile(script, await scriptOf(repository, snapshot))
  const target = await testDatabase('', options)
  await promisify(execFile)(psql as string, ['-X', '-q', '-f', script, target.url])
  expect(await compare(repository, snapshot, postgres(target.url))).toEqual(nothing)
  expect(await allRecords(target)).toEqual(await allRecords(database))
  await rm(place, { recursive: true })
  await Promise.all([database.close(), target.close()])
})

it('JSON, NDJSON and CSV say the same as the database', async () => {
  const database = await testDatabase(SHOP)
  const repository = await memoryRepository()
  const snapshot = await repository.take(postgres(database.url))
  const exported = async (format: 'json' | 'ndjson' | 'csv', include: string[]): Promise<string> =>
    (await bytesOf(repository.exportRecords(snapshot, { format, include }))).toString()
  const wanted = await database.sql(`SELECT o, n, what, b::text, flag, i8::text, j::text FROM lines ORDER BY o, n`)
  const json = JSON.parse(await exported('json', ['lines']))
  expect(json).toEqual({ snapshot: snapshot.id, collections: [{ name: 'public.lines', records: wanted }] })
  const lines = (await exported('ndjson', ['lines']))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ record }) => record)).toEqual(wanted)
  // The server itself reads the CSV back.
  const client = await database.connect()
  await client.query(`CREATE TEMPORARY TABLE back (id int, "a\\b" text, m text, cash text, n text[])`)
  const stream = client.query(copyStreams.from('COPY back FROM STDIN WITH (FORMAT csv, HEADER true)'))
  stream.end(await exported('csv', ['Orders']))
  await once(stream, 'finish')
  const back = await client.query('SELECT * FROM back ORDER BY id')
  expect(back.rows).toEqual(
    await database.sql(`SELECT id, "a\\b", m::text, cash::text, n FROM "Sales:x"."Orders" ORDER BY id`),
  )
  await database.close()
})
