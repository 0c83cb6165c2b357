import { describe, expect, it } from 'vitest'
import { differences } from './support/differences.ts'
import { MemoryDatabase, type MemoryRow } from './support/memory-database.ts'
import { createRepository } from './support/memory-repository.ts'

/** A database of one table. */
function table(
  columns: Readonly<Record<string, string>>,
  key: readonly string[],
  rows: readonly MemoryRow[],
): MemoryDatabase {
  const database = new MemoryDatabase({ bufferBytes: 11 })
  database.createTable('people', { columns, key })
  database.insert('people', ...rows)
  return database
}

/** What changed between two databases, the same however each of them is given. */
async function changesOf(left: MemoryDatabase, right: MemoryDatabase) {
  const repository = await createRepository()
  const taken = [await repository.take(left), await repository.take(right)] as const
  const [first, ...others] = await Promise.all(
    (
      [
        [left, right],
        [taken[0], right],
        [left, taken[1]],
        [taken[0], taken[1]],
      ] as const
    ).map(([a, b]) => differences(repository.diff(a, b))),
  )
  for (const other of others) expect(other).toEqual(first)
  expect([left.openReadPoints, right.openReadPoints]).toEqual([0, 0])
  return first as NonNullable<typeof first>
}

const PEOPLE = { id: 'integer', name: 'text', age: 'integer' }
const ROWS: MemoryRow[] = Array.from({ length: 30 }, (_, i) => [i, `name ${i}`, i + 20])

describe('a diff of sides with other columns', () => {
  it('compares the columns that both have, by name, and tells the others once as schema', async () => {
    const right = table(
      { name: 'text', city: 'text', id: 'integer' },
      ['id'],
      ROWS.slice(1).map(([id, name]) => [id === 5 ? 'changed' : name, 'Rome', id] as MemoryRow),
    )
    const { changes, summary, schema } = await changesOf(table(PEOPLE, ['id'], ROWS), right)
    expect(changes.map(({ kind, key, fields }) => [kind, key, fields])).toEqual([
      ['removed', { id: 0 }, []],
      ['changed', { id: 5 }, ['name']],
    ])
    expect(changes[1]).toMatchObject({
      before: { id: 5, name: 'name 5', age: 25 },
      after: { name: 'changed', city: 'Rome', id: 5 },
    })
    expect(summary.collections).toEqual([
      { name: 'people', added: 0, removed: 1, changed: 1, recordsBefore: 30, recordsAfter: 29 },
    ])
    expect(schema.map(({ kind, object, name }) => [kind, object, name])).toEqual([['changed', 'table', 'people']])
  })

  it('does not take another type for another value', async () => {
    const right = table({ ...PEOPLE, age: 'text' }, ['id'], ROWS)
    const { changes, summary } = await changesOf(table(PEOPLE, ['id'], ROWS), right)
    expect(changes).toEqual([])
    expect(summary).toMatchObject({ collections: [{ changed: 0, recordsBefore: 30 }], schema: { changed: 1 } })
  })
})

describe('a diff of sides with other keys', () => {
  it('sorts the right side again by the left one’s key', async () => {
    const rows = ROWS.map(([id, name, age]): MemoryRow => [Number(id), name as string, Number(age)])
    const right = table(
      PEOPLE,
      ['name'],
      [...rows.slice(0, 20), [20, 'renamed', 40], ...rows.slice(22), [99, 'new', 1]],
    )
    const { changes, summary } = await changesOf(table(PEOPLE, ['id'], rows), right)
    expect(changes.map(({ kind, key, fields }) => [kind, key, fields])).toEqual([
      ['changed', { id: 20 }, ['name']],
      ['removed', { id: 21 }, []],
      ['added', { id: 99 }, []],
    ])
    expect(summary.collections).toEqual([
      { name: 'people', added: 1, removed: 1, changed: 1, recordsBefore: 30, recordsAfter: 30 },
    ])
  })

  it('needs no second look where the right key holds the left one’s columns', async () => {
    const { changes } = await changesOf(table(PEOPLE, ['id', 'name'], ROWS), table(PEOPLE, ['name'], ROWS.slice(1)))
    expect(changes.map(({ kind, key }) => [kind, key])).toEqual([['removed', { id: 0, name: 'name 0' }]])
  })

  it.each([
    ['two records share it', [1, 'twin', 3] as MemoryRow, [2, 'twin', 4] as MemoryRow],
    ['it is NULL twice', [1, null, 3] as MemoryRow, [2, null, 4] as MemoryRow],
  ])('compares whole records where %s', async (_, one, other) => {
    const common: MemoryRow[] = [
      [7, 'same', 1],
      [8, 'also', 1],
    ]
    const left = table(PEOPLE, ['name'], [...common, [3, 'gone', 0]])
    const { changes, summary } = await changesOf(left, table(PEOPLE, ['id'], [...common, one, other]))
    expect(summary.collections).toEqual([
      { name: 'people', added: 2, removed: 1, changed: 0, recordsBefore: 3, recordsAfter: 4 },
    ])
    const shown = changes.map(({ kind, key, before, after, count }) => [kind, key, (before ?? after)?.id, count])
    expect(shown.sort()).toEqual([
      ['added', {}, 1, 1],
      ['added', {}, 2, 1],
      ['removed', {}, 3, 1],
    ])
  })

  it('tells NULL from every value of a column that becomes the key', async () => {
    // In COPY text NULL is two characters, which must not be read as digits (`\\N` would be 470).
    const left = table(PEOPLE, ['age'], [[1, 'a', 470]])
    const right = table(
      PEOPLE,
      ['id'],
      [
        [1, 'a', 470],
        [2, 'b', null],
      ],
    )
    const { changes } = await changesOf(left, right)
    expect(changes.map(({ kind, key }) => [kind, key])).toEqual([['added', { age: null }]])
  })

  it('compares whole records where the right side lacks a column of it, or one side has none', async () => {
    const cases = [
      [
        table(PEOPLE, ['id'], ROWS),
        table(
          { name: 'text', age: 'integer' },
          ['name'],
          ROWS.map((row) => row.slice(1)),
        ),
      ],
      [table(PEOPLE, [], ROWS), table(PEOPLE, ['id'], [...ROWS.slice(1), [0, 'other', 1]])],
      [table(PEOPLE, ['id'], ROWS), table(PEOPLE, [], [...ROWS, ROWS[3] as MemoryRow])],
    ] as const
    const counts = []
    for (const [left, right] of cases) counts.push((await changesOf(left, right)).summary.collections[0])
    expect(counts).toEqual([
      { name: 'people', added: 30, removed: 30, changed: 0, recordsBefore: 30, recordsAfter: 30 },
      { name: 'people', added: 1, removed: 1, changed: 0, recordsBefore: 30, recordsAfter: 30 },
      { name: 'people', added: 1, removed: 0, changed: 0, recordsBefore: 30, recordsAfter: 31 },
    ])
  })

  it('finds the key of a keyless side where it is unique there', async () => {
    const { changes } = await changesOf(
      table(PEOPLE, ['id'], ROWS),
      table(PEOPLE, [], [...ROWS.slice(1), [0, 'x', 20]]),
    )
    expect(changes.map(({ kind, key, fields }) => [kind, key, fields])).toEqual([['changed', { id: 0 }, ['name']]])
  })

  it('stops when it is interrupted while it sorts', async () => {
    const repository = await createRepository()
    const [left, right] = [table(PEOPLE, ['name'], ROWS), table(PEOPLE, ['id'], ROWS)]
    const before = await repository.take(left)
    for (const calls of [1, 30]) {
      const controller = new AbortController()
      let seen = 0
      right.faults.set('people', { beforeBuffer: () => (++seen === calls ? controller.abort() : undefined) })
      const diff = differences(repository.diff(before, right, { signal: controller.signal }))
      await expect(diff).rejects.toMatchObject({ code: 'INTERRUPTED' })
      expect(right.openReadPoints).toBe(0)
    }
    const undisturbed = repository.diff(before, table(PEOPLE, ['id'], ROWS), { signal: new AbortController().signal })
    expect((await differences(undisturbed)).changes).toEqual([])
  })
})
