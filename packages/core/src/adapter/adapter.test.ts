import { describe, expect, it } from 'vitest'
import type { RecordOperation } from '../ports/database-target.ts'
import { eitherSignal, emptyReadPoint, operationLines, requireChosen, requireCount } from './index.ts'

describe('what adapters have in common', () => {
  it('a signal that follows two', () => {
    const [a, b] = [new AbortController(), new AbortController()]
    expect(eitherSignal(undefined, undefined)).toBeUndefined()
    expect(eitherSignal(a.signal, undefined)).toBe(a.signal)
    expect(eitherSignal(undefined, b.signal)).toBe(b.signal)
    const both = eitherSignal(a.signal, b.signal)
    expect(both?.aborted).toBe(false)
    b.abort()
    expect(both?.aborted).toBe(true)
  })

  it('a target that holds nothing', async () => {
    const point = emptyReadPoint({ engine: 'any', label: 'host:1/shop', database: 'shop' })
    expect([point.facts.engine, point.schema.engine, point.collections]).toEqual(['any', 'any', []])
    expect(() => point.read('orders')).toThrow('the target has no orders')
    await expect(point.close()).resolves.toBeUndefined()
  })

  it('names that must fit something', () => {
    const all = [{ name: 'orders' }, { name: 'lines' }]
    expect(requireChosen(all)).toEqual(all)
    expect(requireChosen(all, ['o*'])).toEqual([{ name: 'orders' }])
    expect(() => requireChosen(all, ['x'])).toThrow(expect.objectContaining({ code: 'UNKNOWN_COLLECTION' }))
  })

  it('a count that must be what was asked for', () => {
    expect(() => requireCount('orders', 'insert', 3, 3)).not.toThrow()
    expect(() => requireCount('orders', 'remove', 3, 2)).toThrow(
      'orders: 3 records to remove, but the server did so to 2',
    )
  })

  it('operations as lines, in buffers that the receiver may keep', async () => {
    async function* operations(): AsyncGenerator<RecordOperation> {
      yield { operation: 'remove', record: Buffer.from('1\ta\n') }
      yield { operation: 'insert', record: Buffer.from(`1\t${'b'.repeat(300_000)}\n`) }
      yield { operation: 'insert', record: Buffer.from('2\tc\n') }
    }
    const counts = { insert: 0, remove: 0 }
    const lines: Buffer[] = []
    for await (const piece of operationLines(operations(), 2, counts)) lines.push(piece)
    expect(Buffer.concat(lines).toString()).toBe(`-\t1\ta\n+\t1\t${'b'.repeat(300_000)}\n+\t2\tc\n`)
    expect(counts).toEqual({ insert: 2, remove: 1 })
    async function* empty(): AsyncGenerator<RecordOperation> {
      yield { operation: 'insert', record: Buffer.from('\n') }
    }
    for await (const piece of operationLines(empty(), 0, counts)) expect(piece.toString()).toBe('+\n')
    async function* none(): AsyncGenerator<RecordOperation> {}
    for await (const piece of operationLines(none(), 2, counts)) expect(piece).toBeUndefined()
  })
})
