import { postgres } from '@dbsnap/postgres'
import { expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { allRecords, overwrite, roundTrip } from '../src/round-trip.ts'
import { testDatabase } from '../src/test-database.ts'

/** Settings under which a server prints and reads values otherwise than by default; a database may have all of them. */
const HOSTILE_SETTINGS = `
  datestyle = 'German, DMY'; intervalstyle = 'sql_standard'; timezone = 'Pacific/Chatham'; extra_float_digits = -15;
  bytea_output = 'escape'; lc_monetary = 'C'; xmloption = 'document'; quote_all_identifiers = on; array_nulls = off;
  transform_null_equals = on; standard_conforming_strings = off; backslash_quote = off; search_path = 'nowhere';
  default_transaction_read_only = on; default_transaction_isolation = 'serializable'; row_security = off;
  statement_timeout = '20s'; lock_timeout = '10s'; idle_in_transaction_session_timeout = '20s'; transaction_timeout = '20s';
  default_tablespace = ''; default_table_access_method = 'heap'; check_function_bodies = on; session_replication_role = 'origin';
  client_encoding = 'LATIN1'; synchronize_seqscans = on; enable_seqscan = off; enable_indexscan = off; enable_sort = off;
  default_toast_compression = 'pglz'; client_min_messages = 'debug5'; escape_string_warning = on`

const VALUES = `
  CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"', E'tab\\there'); CREATE TYPE pair AS (a int, b text); CREATE TYPE nested AS (p pair, l text[]);
  CREATE TYPE span AS RANGE (subtype = timestamptz); CREATE DOMAIN short AS varchar(5) CHECK (value <> 'never');
  CREATE DOMAIN shorts AS short[];
  CREATE TABLE v (id int PRIMARY KEY, t text, n numeric, f float8, r float4, ts timestamptz, i interval, b bytea, m money, x xml, moods mood[], p pair,
    nested nested, span span, spans tstzmultirange, s short, ss shorts, j json, d date, nulls text[], numbers numeric[][], cs "char", bits bit varying, tv tsvector);
  INSERT INTO v VALUES
    (1, E'\\\\ \\\\N \\\\. \\t\\n\\r\\b\\f\\v', 'NaN', '-0', 'NaN', '0044-03-15 12:00 BC', '-1 year 2 days -03:04:05.000006', '\\x00ff5c0a', '-1.5', '<a>\n</a>',
      ARRAY['sad', E'tab\\there', NULL]::mood[], ROW(NULL, '')::pair, ROW(ROW(1, '"\\')::pair, ARRAY['', NULL, 'NULL', '{}', '"'])::nested, '[2024-01-01,)', '{[2024-01-01,2024-02-01)}',
      '', ARRAY['a', NULL]::shorts, '{"a":1, "a": 2}', '4714-11-24 BC', ARRAY[NULL, 'NULL', 'null', ''], ARRAY[[1.0, NULL], ['NaN', 1e-300]], '', '', 'a:1A b:2'),
    (2, '', 1e-300, 'Infinity', '-Infinity', 'infinity', '178000000 years', '', '92233720368547758.07', '', '{}', ROW(-1, 'x,y')::pair, NULL, 'empty', '{}',
      NULL, '{}', 'null', 'infinity', '{}', '{}', 'a', '101', ''),
    (3, NULL, NULL, NULL, NULL, '294276-12-31 23:59:59.999999+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '-infinity', NULL, NULL, NULL, NULL, NULL),
    (4, 'ü€😀', -1e500, 5e-324, 1e-45, '-infinity', '1 day -24:00:00', '\\x5c78', '0', 'text', ARRAY['it''s "ok"']::mood[], ROW(NULL, NULL)::pair, ROW(NULL, NULL)::nested, '(,)', NULL,
      '12345', NULL, '" "', '5874897-12-31', ARRAY['a b', E'\\n'], '[0:0]={5}', E'\\001', '', $$'''':3$$);
  CREATE VIEW w AS SELECT t IS NULL AS a, '\\d'::text AS b, (SELECT NULL = NULL) AS c FROM v;
  CREATE FUNCTION f(a text DEFAULT E'\\\\') RETURNS text LANGUAGE sql AS $$ SELECT a || E'\\n' || '\\' $$;`

it('values and expressions are the same, whatever settings either database has', async () => {
  const database = await testDatabase(VALUES)
  const repository = await memoryRepository()
  const plain = await roundTrip(repository, database)
  const hostile = await testDatabase()
  const name = decodeURIComponent(new URL(hostile.url).pathname.slice(1))
  for (const setting of HOSTILE_SETTINGS.split(';')) await hostile.sql(`ALTER DATABASE ${name} SET ${setting}`)
  await repository.restore(plain.snapshot, postgres(hostile.url), { mode: 'create' })
  expect(await compare(repository, plain.snapshot, postgres(hostile.url))).toEqual(nothing)
  expect(await allRecords(hostile)).toEqual(await allRecords(database))
  const taken = await repository.take(postgres(hostile.url))
  expect(taken.collections.map(({ root }) => root)).toEqual(plain.snapshot.collections.map(({ root }) => root))
  await hostile.sql(`DELETE FROM v WHERE id > 1; UPDATE v SET nulls = NULL, m = '1'`)
  await overwrite(repository, { snapshot: plain.snapshot, target: hostile })
  expect(await allRecords(hostile)).toEqual(await allRecords(database))
  await Promise.all([database.close(), hostile.close(), plain.target.close()])
})

it.each([
  ['SQL_ASCII with bytes that are no text in any encoding', 'SQL_ASCII', '\\xff\\xfe\\xc3\\x28\\x80'],
  ['SQL_ASCII with UTF-8', 'SQL_ASCII', '\\xc3\\xbc'],
  ['LATIN1', 'LATIN1', '\\xe4\\xf6\\xfc\\xff'],
  ['a Japanese one', 'EUC_JP', '\\xa4\\xa2'],
  ['a Cyrillic one', 'WIN1251', '\\xcf\\xf0\\xe8'],
])('the bytes of a database in %s come back as they were', async (_, encoding, bytes) => {
  const options = { encoding, locale: 'C' }
  const literal = `convert_from(decode('${bytes.replaceAll('\\x', '')}', 'hex'), '${encoding}')`
  const database = await testDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, ${literal}), (2, 'plain');
     CREATE TABLE keyed (k text PRIMARY KEY); INSERT INTO keyed SELECT ${literal} || i FROM generate_series(1, 20) i;
     CREATE TABLE heap (v text); INSERT INTO heap SELECT ${literal} FROM generate_series(1, 3)`,
    options,
  )
  const repository = await memoryRepository()
  const trip = await roundTrip(repository, database, options)
  await trip.target.sql(`DELETE FROM t WHERE id = 1; DELETE FROM keyed; DELETE FROM heap WHERE ctid = '(0,2)'`)
  await overwrite(repository, trip)
  expect(await allRecords(trip.target)).toEqual(await allRecords(database))
  await Promise.all([database.close(), trip.target.close()])
})

it('what a target cannot spell is refused, and nothing is written', async () => {
  const database = await testDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'ü'), (2, '😀 canary-in-a-record')`,
  )
  const repository = await memoryRepository()
  const snapshot = await repository.take(postgres(database.url))
  const target = await testDatabase('', { encoding: 'LATIN1', locale: 'C' })
  const error = await repository.restore(snapshot, postgres(target.url), { mode: 'create' }).catch((failure) => failure)
  expect(error).toMatchObject({ code: 'INCOMPATIBLE_TARGET', message: expect.stringContaining('public.t') })
  expect(JSON.stringify(error) + error.stack).not.toContain('canary')
  expect(await allRecords(target)).toEqual({})
  await database.sql('DELETE FROM t WHERE id = 2')
  const other = await repository.take(postgres(database.url))
  await repository.restore(other, postgres(target.url), { mode: 'create' })
  expect(await target.sql('SELECT v FROM t')).toEqual([{ v: 'ü' }])
  await Promise.all([database.close(), target.close()])
})
