import { createHash } from 'node:crypto'
import { DEFAULT_SCRYPT, PassphraseKeyProvider } from '../src/encryption/index.ts'
import { InterruptedError } from '../src/errors/index.ts'
import type { SnapshotManifest } from '../src/format/snapshot-manifest.ts'
import type { ObjectStore } from '../src/ports/object-store.ts'
import type { Clock, Randomness } from '../src/ports/system.ts'
import type { ObjectRepository, RepositoryWriter } from '../src/repository/index.ts'
import { createObjectRepository, openObjectRepository } from '../src/repository/index.ts'
import type { ObjectId, SnapshotId } from '../src/values/index.ts'
import { seededRandomness } from './seeded-randomness.ts'

/** scrypt that takes 2 ms. */
export const QUICK_SCRYPT = { ...DEFAULT_SCRYPT, N: 2 ** 10 }

/** Time that advances by ten seconds whenever somebody looks, so that nothing counts as "just now". */
export function steppingClock(): Clock {
  let seconds = Date.UTC(2026, 0, 1) / 1000
  const next = (): number => {
    seconds += 10
    return seconds * 1000
  }
  return { now: () => new Date(next()), monotonic: next, sleep: untilAborted }
}

/** Nobody's time comes: only who is interrupted wakes. */
function untilAborted(_: number, signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    const wake = (): void => reject(new InterruptedError('interrupted while waiting', { hint: 'Nothing was done.' }))
    signal?.addEventListener('abort', wake, { once: true })
  })
}

/** Clock, randomness and passphrase of a test's repository. Another seed: another process. */
export function system(seed: string): {
  clock: Clock
  randomness: Randomness
  keyProvider: PassphraseKeyProvider
} {
  const randomness = seededRandomness(seed)
  const keyProvider = new PassphraseKeyProvider('open sesame', { randomness, parameters: QUICK_SCRYPT })
  return { clock: steppingClock(), randomness, keyProvider }
}

export function create(store: ObjectStore, compression?: ObjectRepository['compression']): Promise<ObjectRepository> {
  return createObjectRepository(store, { ...system('create'), ...(compression === undefined ? {} : { compression }) })
}

let opened = 0

/** The repository as another process sees it. */
export function reopen(store: ObjectStore): Promise<ObjectRepository> {
  return openObjectRepository(store, system(`open ${opened++}`))
}

/** Rows that do not compress to nothing, the same for the same seed. */
export function rows(count: number, seed: string | number): Buffer {
  const row = (i: number): string => {
    const digest = createHash('md5').update(`${seed}/${i}`).digest('hex')
    return `${i}\t${digest}\tshipped\t${digest.slice(3, 9)}\n`
  }
  return Buffer.from(Array.from({ length: count }, (_, i) => row(i)).join(''))
}

/** The same rows with one field of one row changed. */
export function changed(plaintext: Buffer, row: number, value: string): Buffer {
  const lines = plaintext.toString().split('\n')
  lines[row] = (lines[row] ?? '').replace(/\t[a-z]+\t/, `\t${value}\t`)
  return Buffer.from(lines.join('\n'))
}

/** Stores a copy of one chunk; resolves with its id. */
export async function storeChunk(writer: RepositoryWriter, plaintext: Buffer, base?: ObjectId): Promise<ObjectId> {
  const id = writer.identify(plaintext)
  await writer.store('chunk', id, Buffer.from(plaintext), base)
  return id
}

/** Runs one writer from opening to closing. */
export async function writing<T>(
  repository: ObjectRepository,
  work: (writer: RepositoryWriter) => Promise<T>,
): Promise<T> {
  const writer = await repository.openWriter()
  try {
    const result = await work(writer)
    await writer.flush()
    return result
  } finally {
    await writer.close()
  }
}

/** Keys of the store that begin with `prefix`, sorted. */
export async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys.sort()
}

/** The one file of that prefix. */
export async function onlyKey(store: ObjectStore, prefix: string): Promise<string> {
  const keys = await keysOf(store, prefix)
  if (keys.length !== 1) throw new Error(`${keys.length} files below ${prefix}`)
  return keys[0] as string
}

/** Changes a stored file as damage would. */
export async function alter(store: ObjectStore, key: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await store.put(key, [change(Buffer.from(await store.get(key)))])
}

/** Turns one bit over; `position` counts bits. */
export function flipBit(bytes: Buffer, position: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = position >>> 3
  copy[at] = (copy[at] as number) ^ (1 << (position & 7))
  return copy
}

/** A manifest with nothing in it. */
export function manifest(id: SnapshotId, time: string, label = 'localhost:5432/shop'): SnapshotManifest {
  const source = {
    engine: 'postgres',
    engineVersion: '15.18',
    database: 'shop',
    label,
    consistency: 'snapshot' as const,
    readPoint: '00000003-1',
    details: { encoding: 'UTF8' },
  }
  return {
    id,
    format: 1,
    time,
    tags: { release: '42' },
    source,
    records: 0,
    bytes: 0,
    seconds: 0.5,
    compression: { algorithm: 'zstd', level: 1, ratio: 1 },
    verification: { objects: 0, ok: true },
    warnings: [{ code: 'LARGE_OBJECTS_LEFT_OUT', message: 'Two large objects were left out.' }],
    schema: [],
    collections: [],
  }
}

/** A store some of whose calls do something else. */
export function storeWith(store: ObjectStore, replaced: Partial<ObjectStore>): ObjectStore {
  return {
    label: store.label,
    put: store.put.bind(store),
    get: store.get.bind(store),
    stat: store.stat.bind(store),
    list: store.list.bind(store),
    delete: store.delete.bind(store),
    close: store.close.bind(store),
    ...replaced,
  }
}
