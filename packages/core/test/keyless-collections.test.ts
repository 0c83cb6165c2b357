import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memory } from '../src/stores/memory-store.ts'
import { collect } from './support/collect.ts'
import { differences } from './support/differences.ts'
import { MemoryDatabase, type MemoryRow } from './support/memory-database.ts'
import { createRepository } from './support/memory-repository.ts'
import { collectionIn } from './support/stored-tree.ts'

function log(lines: readonly MemoryRow[]): MemoryDatabase {
  const database = new MemoryDatabase({ bufferBytes: 37 })
  database.createTable('log', { columns: { line: 'text' } })
  database.insert('log', ...lines)
  return database
}

const lines = fc.array(
  fc.constantFrom('a', 'b', 'c', '', null, 'd\n').map((line): MemoryRow => [line]),
  { maxLength: 60 },
)

describe('a collection without key', () => {
  it('has the same root in whatever order its records are read', async () => {
    await fc.assert(
      fc.asyncProperty(lines, fc.infiniteStream(fc.nat()), async (rows, dice) => {
        const shuffled = rows.map((row) => ({ row, at: dice.next().value })).sort((a, b) => a.at - b.at)
        const roots = []
        for (const order of [rows, shuffled.map(({ row }) => row)]) {
          const repository = await createRepository(memory(), 'one key')
          roots.push((await collectionIn(repository, await repository.take(log(order)), 'log')).root)
        }
        expect(roots[1]).toEqual(roots[0])
      }),
      { numRuns: 20 },
    )
  })

  it('gives back every record as often as it was there', async () => {
    const repository = await createRepository()
    await fc.assert(
      fc.asyncProperty(lines, async (rows) => {
        const snapshot = await repository.take(log(rows))
        const read = await collect(repository.records(snapshot, 'log'))
        expect(read.map(({ line }) => JSON.stringify(line)).sort()).toEqual(
          rows.map(([line]) => JSON.stringify(line)).sort(),
        )
      }),
      { numRuns: 20 },
    )
  })

  it('is compared by how often each record is there', async () => {
    const repository = await createRepository()
    await fc.assert(
      fc.asyncProperty(lines, lines, async (left, right) => {
        const times = (rows: readonly MemoryRow[], line: unknown) => rows.filter((row) => row[0] === line).length
        const expected = new Map<unknown, number>()
        for (const [line] of [...left, ...right]) {
          const more = times(right, line) - times(left, line)
          if (more !== 0) expected.set(line, more)
        }
        const before = await repository.take(log(left))
        for (const after of [log(right), await repository.take(log(right))]) {
          const { changes, summary } = await differences(repository.diff(before, after))
          const found = new Map<unknown, number>()
          for (const { kind, key, before: old, after: now, fields, count = 0 } of changes) {
            expect([key, fields, kind === 'added' ? old : now]).toEqual([{}, [], null])
            found.set((old ?? now)?.line, kind === 'added' ? count : -count)
          }
          expect(found).toEqual(expected)
          const sum = (sign: number) =>
            [...expected.values()].reduce((total, more) => total + Math.max(0, sign * more), 0)
          expect(summary.collections).toEqual([
            {
              name: 'log',
              added: sum(1),
              removed: sum(-1),
              changed: 0,
              recordsBefore: left.length,
              recordsAfter: right.length,
            },
          ])
        }
      }),
      { numRuns: 30 },
    )
  })

  it('is sorted through a temporary file where it is large', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i): MemoryRow => [`${i % 1000} ${'x'.repeat(600)}`])
    const repository = await createRepository()
    const before = await repository.take(log(rows))
    const { summary, changes } = await differences(repository.diff(before, log([...rows.slice(1), ['new']])))
    expect(before.records).toBe(40_000)
    expect(changes.map(({ kind, count }) => [kind, count]).sort()).toEqual([
      ['added', 1],
      ['removed', 1],
    ])
    expect(summary.collections[0]).toMatchObject({ recordsBefore: 40_000, recordsAfter: 40_000 })
  })
})
