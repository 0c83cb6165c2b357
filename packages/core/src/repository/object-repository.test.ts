import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { PassphraseKeyProvider } from '../encryption/passphrase-key-provider.ts'
import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Randomness } from '../ports/system.ts'
import { memory } from '../stores/memory-store.ts'
import { SystemClock } from '../system/system-clock.ts'
import type { ObjectId } from '../values/object-id.ts'
import { createObjectRepository } from './create-object-repository.ts'
import { readDocument, writeDocument } from './documents.ts'
import { openObjectRepository } from './open-object-repository.ts'

const parameters = { algorithm: 'scrypt', N: 2 ** 10, r: 8, p: 1 } as const

function system(seed = 'test'): { clock: SystemClock; randomness: Randomness; keyProvider: PassphraseKeyProvider } {
  const randomness = seededRandomness(seed)
  return {
    clock: new SystemClock(),
    randomness,
    keyProvider: new PassphraseKeyProvider('open sesame', { randomness, parameters }),
  }
}

const rows = (n: number, seed: number): Buffer =>
  Buffer.from(
    Array.from(
      { length: n },
      (_, i) => `${i}\t${createHash('md5').update(`${seed}/${i}`).digest('hex')}\tshipped\n`,
    ).join(''),
  )

function summary(id: SnapshotManifest['id'], time: string, label = 'localhost:5432/shop'): SnapshotManifest {
  return {
    id,
    format: 1,
    time,
    tags: { release: '42' },
    source: {
      engine: 'postgres',
      engineVersion: '15.18',
      database: 'shop',
      label,
      consistency: 'snapshot',
      readPoint: '3-1',
      details: {},
    },
    records: 0,
    bytes: 0,
    seconds: 1,
    compression: { algorithm: 'zstd', level: 1, ratio: 1 },
    verification: { objects: 0, ok: true },
    warnings: [],
    schema: [],
    collections: [],
  }
}

async function sizes(store: ObjectStore): Promise<number> {
  let sum = 0
  for await (const { size } of store.list('')) sum += size
  return sum
}

describe('object repository', () => {
  it('stores objects once, as deltas where they resemble, and reads them back after opening anew', async () => {
    const store = memory()
    const repository = await createObjectRepository(store, system())
    const ids: ObjectId[] = []
    const plain: Buffer[] = []
    const first = await repository.openWriter()
    for (let i = 0; i < 40; i++) {
      const chunk = rows(1000, i)
      const id = first.identify(chunk)
      await first.store('chunk', id, chunk)
      ids.push(id)
      plain.push(chunk)
    }
    await first.flush()
    expect(await first.sample(0.2)).toEqual({ objects: 8, ok: true, damaged: [] })
    await first.close()
    const before = await sizes(store)
    const second = await (await openObjectRepository(store, system('second'))).openWriter()
    for (let i = 0; i < 40; i++) {
      const chunk = Buffer.from((plain[i] as Buffer).toString().replace('\tshipped', '\trefunded'))
      const id = second.identify(chunk)
      await second.store('chunk', id, chunk, ids[i])
      await second.store('chunk', ids[i] as ObjectId, plain[i] as Buffer)
      ids.push(id)
      plain.push(chunk)
    }
    await second.flush()
    expect(second.counts).toMatchObject({ objects: 40, deltas: 40, known: 40 })
    expect(await second.sample(1)).toMatchObject({ objects: 40, ok: true })
    await second.close()
    expect(((await sizes(store)) - before) / 40).toBeLessThan(230)
    const reader = (await openObjectRepository(store, system('third'))).reader
    for (const [i, id] of ids.entries()) expect((await reader.read('chunk', id)).equals(plain[i] as Buffer)).toBe(true)
  })

  it('keeps snapshots and documents', async () => {
    const store = memory()
    const repository = await createObjectRepository(store, system())
    const writer = await repository.openWriter()
    const schema = await writeDocument(writer, { objects: [1, 2, 'x'.repeat(3_000_000)] })
    expect(schema).toHaveLength(3)
    await writer.flush()
    await writer.close()
    const older = { ...summary(repository.snapshots.newId(), '2026-01-01T00:00:00.000Z'), schema }
    await repository.snapshots.put(older)
    const newer = summary(repository.snapshots.newId(), '2025-01-01T00:00:00.000Z')
    await repository.snapshots.put({ ...newer, parent: older.id })
    const again = await openObjectRepository(store, system('again'))
    expect((await again.snapshots.list()).snapshots.map((s) => s.id)).toEqual([newer.id, older.id])
    expect((await again.snapshots.resolve('latest')).time).toBe('2026-01-01T00:00:00.001Z')
    expect((await again.snapshots.resolve('localhost:5432/shop:latest~1')).id).toBe(older.id)
    expect((await again.snapshots.resolve(older.id.slice(0, 8))).id).toBe(older.id)
    expect(await again.snapshots.load(older.id)).toEqual(older)
    const document = await readDocument(again.reader, schema)
    expect(document).toMatchObject({ objects: [1, 2, expect.any(String)] })
  })
})
