import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesOf } from './files-of.ts'
import { type Ended, errorOf, runDbsnap } from './run-dbsnap.ts'

const RECORD = 'canary-record'
const FIXTURES = fileURLToPath(new URL('../../../fixtures/repositories/', import.meta.url))

let url = ''
let place = ''

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'dbsnap-damaged-'))
  url = await (await sharedPostgres()).createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE TABLE orders (id int PRIMARY KEY, note text);
    INSERT INTO orders SELECT i, '${RECORD}' || i FROM generate_series(1, 50) i`)
  await client.end()
  await dbsnapIn(join(place, 'whole'), 'correct horse', 'init')
  await dbsnapIn(join(place, 'whole'), 'correct horse', 'take', url)
})
afterAll(() => rm(place, { recursive: true }))

function dbsnapIn(repository: string, passphrase: string, ...args: string[]): Promise<Ended> {
  return runDbsnap([...args, '--json'], { DBSNAP_REPO: repository, DBSNAP_PASSPHRASE: passphrase })
}

describe('the command line meets', () => {
  it('a newer format, which is left alone', async () => {
    const copy = join(place, 'newer-version')
    await cp(join(FIXTURES, 'newer-version'), copy, { recursive: true })
    const before = await filesOf(copy)
    for (const args of [['list'], ['take', url], ['check'], ['init']]) {
      const ended = await dbsnapIn(copy, 'open sesame', ...args)
      expect(ended.code).toBe(4)
      expect(errorOf(ended).code).toBe(args[0] === 'init' ? 'REPOSITORY_EXISTS' : 'NEWER_FORMAT')
    }
    expect(await filesOf(copy)).toEqual(before)
  })

  it('a folder with something else in it, which is left alone', async () => {
    const folder = await mkdtemp(join(place, 'other-'))
    await writeFile(join(folder, 'notes.txt'), 'mine')
    for (const args of [['list'], ['take', url], ['check']]) {
      const ended = await dbsnapIn(folder, 'correct horse', ...args)
      expect(ended.code).toBe(4)
      expect(errorOf(ended).code).toBe('NOT_A_REPOSITORY')
    }
    expect(await filesOf(folder)).toEqual(['notes.txt 4'])
  })

  it.each([
    ['a pack that is cut', 'packs/', cut, 1],
    ['a pack with a flipped bit', 'packs/', flipBits, 1],
    ['a pack that is gone', 'packs/', (file: string) => rm(file), 1],
    ['an empty pack', 'packs/', (file: string) => truncate(file, 0), 1],
    ['an index file with a flipped bit', 'index/', flipBits, 1],
    ['an index file that is gone', 'index/', (file: string) => rm(file), 1],
    ['a manifest that is cut', 'snapshots/', cut, 1],
    ['a key slot that is cut', 'keys/', cut, 4],
    ['a settings file that is cut', 'config', cut, 4],
  ])('%s, and says so without a record', async (what, prefix, damage, checked) => {
    const copy = join(place, what.replaceAll(' ', '-'))
    await cp(join(place, 'whole'), copy, { recursive: true })
    for (const name of await filesOf(copy)) {
      const file = name.slice(0, name.lastIndexOf(' '))
      if (file.startsWith(prefix)) await damage(join(copy, file))
    }
    const before = await filesOf(copy)
    const exported = await dbsnapIn(copy, 'correct horse', 'export', 'latest', '--format', 'ndjson')
    expect(exported.code).toBe(4)
    expect(exported.out).not.toContain(RECORD)
    expect(errorOf(exported).hint).not.toBe('')
    expect((await dbsnapIn(copy, 'correct horse', 'check', '--read-data')).code).toBe(checked)
    // But for marks of what is damaged.
    expect((await filesOf(copy)).filter((name) => !name.startsWith('damaged/'))).toEqual(before)
  })
})

/** What lies before the cut can still be read, so little is left. */
async function cut(file: string): Promise<void> {
  await truncate(file, Math.floor((await stat(file)).size / 10))
}

/** One bit of every hundredth byte. */
async function flipBits(file: string): Promise<void> {
  const bytes = await readFile(file)
  for (let at = 50; at < bytes.length; at += 100) bytes[at] = (bytes[at] ?? 0) ^ 4
  await writeFile(file, bytes)
}
