import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasDifferences } from '../src/operations/difference.ts'
import { differences } from './support/differences.ts'
import { MemoryDatabase } from './support/memory-database.ts'
import { createRepository } from './support/memory-repository.ts'
import { order, shop } from './support/shop.ts'

const NAME = 'public.orders'

describe('a diff', () => {
  it('shows what was added, removed and changed, by key, down to the field', async () => {
    const repository = await createRepository()
    const database = shop([order(1), order(2), [3, null, 'three'], order(10)])
    const before = await repository.take(database)
    database.remove(NAME, order(1))
    database.insert(NAME, [9, true, 'tab\tand\nnewline \\'])
    database.update(NAME, [3, false, null])
    const { changes, summary, schema } = await differences(repository.diff(before, database))
    expect(changes).toEqual([
      {
        type: 'change',
        collection: NAME,
        kind: 'removed',
        key: { id: 1 },
        before: { id: 1, paid: false, note: order(1)[2] },
        after: null,
        fields: [],
      },
      {
        type: 'change',
        collection: NAME,
        kind: 'changed',
        key: { id: 3 },
        before: { id: 3, paid: null, note: 'three' },
        after: { id: 3, paid: false, note: null },
        fields: ['note', 'paid'],
      },
      {
        type: 'change',
        collection: NAME,
        kind: 'added',
        key: { id: 9 },
        before: null,
        after: { id: 9, paid: true, note: 'tab\tand\nnewline \\' },
        fields: [],
      },
    ])
    expect(schema).toEqual([])
    expect(summary.collections).toEqual([
      { name: 'public.audit', added: 0, removed: 0, changed: 0, recordsBefore: 4, recordsAfter: 4 },
      { name: 'public.empty', added: 0, removed: 0, changed: 0, recordsBefore: 0, recordsAfter: 0 },
      { name: NAME, added: 1, removed: 1, changed: 1, recordsBefore: 4, recordsAfter: 4 },
    ])
    expect(hasDifferences(summary)).toBe(true)
    expect(database.openReadPoints).toBe(0)
  })

  it('is the same between snapshots, live databases and one of each, and finds what comparing every row finds', async () => {
    const versions = fc.uniqueArray(fc.tuple(fc.integer({ min: -50, max: 500 }), fc.nat(2)), {
      selector: ([id]) => id,
      maxLength: 400,
      size: 'max',
    })
    const repository = await createRepository()
    await fc.assert(
      fc.asyncProperty(versions, versions, async (left, right) => {
        const [before, after] = [left, right].map((state) =>
          shop(
            state.map(([id, version]) => order(id, version, 600)),
            { bufferBytes: 997 },
          ),
        ) as [MemoryDatabase, MemoryDatabase]
        const expected = naive(new Map(left), new Map(right))
        const taken = [await repository.take(before), await repository.take(after)] as const
        for (const [a, b] of [taken, [before, after], [taken[0], after], [before, taken[1]]] as const) {
          const { changes, summary } = await differences(repository.diff(a, b))
          expect(changes.map(({ kind, key }) => [kind, key.id])).toEqual(expected)
          const counts = summary.collections.find(({ name }) => name === NAME)
          const count = (kind: string) => expected.filter(([found]) => found === kind).length
          expect(counts).toEqual({
            name: NAME,
            added: count('added'),
            removed: count('removed'),
            changed: count('changed'),
            recordsBefore: left.length,
            recordsAfter: right.length,
          })
          expect(hasDifferences(summary)).toBe(expected.length > 0)
        }
        expect(before.openReadPoints + after.openReadPoints).toBe(0)
      }),
      { numRuns: 12 },
    )
  })

  it('does not show another spelling of the same value, and shows another value', async () => {
    const repository = await createRepository()
    const database = new MemoryDatabase()
    database.createTable('things', { columns: { id: 'integer', doc: 'json', weight: 'float' }, key: ['id'] })
    const documents = { 1: '{"a":1,"b":[2]}', 2: '{"a":1}', 3: '[]' }
    for (const [id, doc] of Object.entries(documents)) database.insert('things', [Number(id), doc, '100'])
    const before = await repository.take(database)
    database.update('things', [1, '{ "b": [2], "a": 1 }', '1e2'], [2, '{"a":1.0}', '100'], [3, '[]', '-100'])
    const { changes, summary } = await differences(repository.diff(before, database))
    expect(changes.map(({ key, fields }) => [key.id, fields])).toEqual([
      [2, ['doc']],
      [3, ['weight']],
    ])
    expect(summary.collections).toEqual([
      { name: 'things', added: 0, removed: 0, changed: 2, recordsBefore: 3, recordsAfter: 3 },
    ])
  })
})

function naive(left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>): [string, number][] {
  const ids = [...new Set([...left.keys(), ...right.keys()])].sort((a, b) => a - b)
  return ids.flatMap((id): [string, number][] => {
    if (!right.has(id)) return [['removed', id]]
    if (!left.has(id)) return [['added', id]]
    return left.get(id) === right.get(id) ? [] : [['changed', id]]
  })
}
