import { Int32 } from 'bson'
import { describe, expect, it } from 'vitest'
import type { CatchUp, Consistency, DatabaseSource, ReadPoint } from '../src/ports/database-source.ts'
import { bson } from './support/bson-documents.ts'
import { collect } from './support/collect.ts'
import { differences } from './support/differences.ts'
import { DocumentDatabase } from './support/document-database.ts'
import { createRepository } from './support/memory-repository.ts'

function person(id: number, note = 'first'): Buffer {
  return bson({ _id: new Int32(id), note: `${note} ${'x'.repeat(200)}` })
}

/** A source that is written to while it is read, and then brought to the moment after. */
function moving(
  database: DocumentDatabase,
  disturb: () => void,
  changed: readonly number[],
  collection = 'people',
): DatabaseSource {
  return {
    engine: database.engine,
    label: database.label,
    async openReadPoint(): Promise<ReadPoint> {
      const point = await database.openReadPoint()
      let consistency: Consistency = 'collection'
      const catchUp = async (): Promise<CatchUp> => {
        disturb()
        consistency = 'snapshot'
        const now = new Map(database.documents.map((document) => [document.readInt32LE(9), document]))
        return {
          async *keys() {
            // In no order, and some twice.
            yield [...changed].reverse().map((id) => ({ collection, key: bson({ _id: new Int32(id) }) }))
            yield []
            yield changed.slice(0, 2).map((id) => ({ collection, key: bson({ _id: new Int32(id) }) }))
          },
          async *records(_, keys) {
            expect(keys.length).toBeLessThanOrEqual(1000)
            for (const key of keys) {
              const document = now.get(key.readInt32LE(9))
              if (document !== undefined) yield document
            }
          },
        }
      }
      return {
        ...point,
        get facts() {
          return { ...point.facts, consistency }
        },
        catchUp,
      }
    },
  }
}

describe('collections that are read one by one', () => {
  it('are brought to one moment: what came, went and changed meanwhile', async () => {
    const repository = await createRepository()
    const database = new DocumentDatabase(...Array.from({ length: 3000 }, (_, i) => person(2 * i + 2)))
    const changed: number[] = []
    const disturb = (): void => {
      for (let i = 0; i < 1500; i++) {
        database.put(person(4 * i + 2, 'changed'))
        changed.push(4 * i + 2)
      }
      database.put(person(0), person(1001), person(9999), person(10_001))
      database.remove(person(8), person(6000))
      changed.push(0, 1001, 9999, 10_001, 8, 6000, 7777)
    }
    const snapshot = await repository.take(moving(database, disturb, changed))
    expect(snapshot.records).toBe(database.documents.length)
    expect([snapshot.source.consistency, snapshot.collections[0]?.consistency]).toEqual(['snapshot', 'snapshot'])
    const bytes = Buffer.concat(await collect(repository.rawRecords(snapshot, 'people')))
    expect(bytes.equals(Buffer.concat(database.documents))).toBe(true)
    const again = await repository.take(database)
    expect(again.collections[0]?.root).toEqual(snapshot.collections[0]?.root)
    expect((await differences(repository.diff(snapshot, database))).changes).toEqual([])
  })

  it('stay as they are where nothing changed, or nothing that was chosen', async () => {
    const repository = await createRepository()
    const database = new DocumentDatabase(person(1), person(2))
    const before = await repository.take(database)
    for (const source of [
      moving(database, () => {}, []),
      moving(database, () => {}, [1], 'other'),
      moving(database, () => {}, [1, 2, 3]),
    ]) {
      const snapshot = await repository.take(source, { signal: new AbortController().signal })
      expect(snapshot.collections[0]?.root).toEqual(before.collections[0]?.root)
      expect(snapshot.collections[0]?.consistency).toBe('snapshot')
    }
  })

  it('may end empty, and are not published where that fails', async () => {
    const repository = await createRepository()
    const database = new DocumentDatabase(person(1))
    const emptied = await repository.take(moving(database, () => database.remove(person(1)), [1]))
    expect(emptied.collections).toMatchObject([{ records: 0, root: null }])
    database.put(person(1))
    const failing = moving(database, () => {
      throw new Error('too late')
    }, [])
    await expect(repository.take(failing)).rejects.toThrow('too late')
    expect(await repository.list()).toHaveLength(1)
  })
})
