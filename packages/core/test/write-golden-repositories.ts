/**
 * Writes `fixtures/repositories/` anew: `npm run fixtures --workspace @dbsnap/core -- --overwrite`. Only for a new
 * format version, which gets a folder of its own: what is committed there proves that old repositories stay readable.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ObjectStore } from '../src/ports/object-store.ts'
import { makeGoldenRepository } from './golden-repository.ts'
import { flipBit, keysOf } from './object-layer.ts'

const FIXTURES = join(import.meta.dirname, '../../../fixtures/repositories')

/** What is done to a copy of the golden repository to break it; `null` removes the file. */
type Breakage = (key: string, bytes: Buffer) => Buffer | null

async function main(): Promise<void> {
  if (!process.argv.includes('--overwrite')) {
    console.error('This replaces the committed golden repositories. If that is meant, pass --overwrite.')
    process.exitCode = 2
    return
  }
  const { store, objects } = await makeGoldenRepository({ algorithm: 'zstd', level: 1 }, true)
  const firstPack = (await keysOf(store, 'packs/'))[0] as string
  const of = (chosen: string, change: (bytes: Buffer) => Buffer): Breakage => {
    return (key, bytes) => (key === chosen ? change(bytes) : bytes)
  }
  await write('format-v1-small', store, (_, bytes) => bytes)
  await write('missing-index', store, (key, bytes) => (key.startsWith('index/') ? null : bytes))
  await write(
    'truncated-pack',
    store,
    of(firstPack, (bytes) => bytes.subarray(0, bytes.length >>> 1)),
  )
  await write(
    'flipped-bit',
    store,
    of(firstPack, (bytes) => flipBit(bytes, 8 * 20)),
  )
  const newer = (bytes: Buffer): Buffer => Buffer.from(bytes.toString().replace('"format":1', '"format":2'))
  await write('newer-version', store, of('config', newer))
  const expected = objects.map(({ kind, id, plaintext }) => ({ kind, id, plaintext: plaintext.toString('base64') }))
  await writeFile(join(FIXTURES, 'objects.json'), `${JSON.stringify(expected, null, 2)}\n`)
}

async function write(name: string, store: ObjectStore, breakage: Breakage): Promise<void> {
  await rm(join(FIXTURES, name), { recursive: true, force: true })
  for (const key of await keysOf(store)) {
    const bytes = breakage(key, await store.get(key))
    if (bytes === null) continue
    await mkdir(dirname(join(FIXTURES, name, key)), { recursive: true })
    await writeFile(join(FIXTURES, name, key), bytes)
  }
}

await main()
