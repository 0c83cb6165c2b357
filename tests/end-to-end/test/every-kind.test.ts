import { execFile } from 'node:child_process'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Repository, Snapshot } from '@dbsnap/core'
import { postgres, sqlScript } from '@dbsnap/postgres'
import { debianTool } from '@dbsnap/test-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { type TestDatabase, testDatabase } from '../src/test-database.ts'

/** The version whose own tools judge. */
const VERSION = 15
const FIXTURES = join(import.meta.dirname, '../../../packages/adapters/postgres/test/fixtures')
const pgDump = debianTool('pg_dump')
const psql = debianTool('psql')
const run = promisify(execFile)

/** Records in partitions, in a parent and its child, without a key and without a column. */
const RECORDS = `
  SET session_replication_role = replica;
  INSERT INTO shop.events (id, at, amount) SELECT i, date '2023-12-01' + i * 40, i FROM generate_series(1, 20) i;
  INSERT INTO shop.animal (id, name) VALUES (1, 'any');
  INSERT INTO shop.cat (id, name, lives) VALUES (2, E'tab\\there', 7);
  INSERT INTO shop.without_key VALUES ('2024-01-01', 'a'), ('2024-01-01', 'a'), (NULL, E'\\\\.');
  INSERT INTO shop.nothing_at_all DEFAULT VALUES;
  INSERT INTO shop.listed VALUES ('X', 1), (NULL, 2);`

async function dumpOf({ url }: TestDatabase, ...options: string[]): Promise<string> {
  const args = ['--no-owner', '--no-privileges', ...options, `--dbname=${url}`]
  const { stdout } = await run(pgDump ?? '', args, { maxBuffer: 64 * 1024 * 1024 })
  // Random in each dump since the releases of August 2025.
  return stdout.replaceAll(/^\\(?:un)?restrict .*$/gm, '')
}

async function recordsOf(database: TestDatabase): Promise<string[]> {
  return (await dumpOf(database, '--data-only', '--inserts')).split('\n').sort()
}

describe(`a PostgreSQL ${VERSION} database with every kind of object`, () => {
  let original: TestDatabase
  let repository: Repository
  let snapshot: Snapshot

  beforeAll(async () => {
    const files = ['every-kind.sql', 'from-14.sql', 'from-15.sql']
    const parts = await Promise.all(files.map((file) => readFile(join(FIXTURES, file), 'utf8')))
    original = await testDatabase([...parts, RECORDS].join('\n'), { version: VERSION })
    repository = await memoryRepository()
    snapshot = await repository.take(postgres(original.url))
  })
  afterAll(() => original.close())

  it('is taken without a warning, and does not differ from its snapshot', async () => {
    expect(snapshot.warnings).toEqual([])
    expect(await compare(repository, snapshot, postgres(original.url))).toEqual(nothing)
  })

  it.skipIf(pgDump === undefined)('is restored into an empty one: pg_dump of both is the same text', async () => {
    const target = await testDatabase('', { version: VERSION })
    const { proof } = await repository.restore(snapshot, postgres(target.url), { mode: 'create' })
    expect(proof.schema).toEqual({ added: 0, removed: 0, changed: 0 })
    const schema = await dumpOf(original, '--schema-only')
    expect(schema).toContain('CREATE TABLE shop.orders')
    expect(await dumpOf(target, '--schema-only')).toBe(schema)
    const records = await recordsOf(original)
    expect(records.filter((line) => line.startsWith('INSERT')).length).toBeGreaterThan(30)
    expect(await recordsOf(target)).toEqual(records)
    await target.close()
  })

  it.skipIf(psql === undefined)('is exported as a script that psql alone loads, and that diffs empty', async () => {
    const place = await mkdtemp(join(tmpdir(), 'dbsnap-every-kind-'))
    const script = await open(join(place, 'script.sql'), 'w')
    const schema = await repository.schema(snapshot)
    const pieces = sqlScript({ snapshot, schema, records: (name) => repository.rawRecords(snapshot, name) })
    for await (const piece of pieces) await script.write(piece)
    await script.close()
    const target = await testDatabase('', { version: VERSION })
    await run(psql ?? '', ['-X', '-q', '-f', join(place, 'script.sql'), target.url])
    expect(await compare(repository, snapshot, postgres(target.url))).toEqual(nothing)
    await rm(place, { recursive: true })
    await target.close()
  })
})
