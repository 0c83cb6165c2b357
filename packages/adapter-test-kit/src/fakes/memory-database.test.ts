import type { ReadPoint, ReadPointOptions, RecordOperation, RestoreRequest } from '@dbsnap/core/ports'
import { describe, expect, it } from 'vitest'
import { encodeRow, type MemoryRow } from './copy-text.ts'
import { MemoryDatabase } from './memory-database.ts'

const options: ReadPointOptions = { concurrency: 2, onWarning: () => {} }

function shop(bufferBytes?: number): MemoryDatabase {
  const database = new MemoryDatabase(bufferBytes === undefined ? {} : { bufferBytes })
  database.createTable('orders', { columns: { id: 'integer', note: 'text' }, key: ['id'] })
  database.insert('orders', [10, 'ten'], [-2, null], [9, 'tab\there'])
  database.createTable('audit', { columns: { line: 'text' } })
  database.insert('audit', ['b'], ['a'], ['b'])
  return database
}

async function read(point: ReadPoint, collection: string): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of point.read(collection)) parts.push(part)
  return Buffer.concat(parts).toString()
}

async function requestOf(source: MemoryDatabase, mode: RestoreRequest['mode']): Promise<RestoreRequest> {
  const point = await source.openReadPoint(options)
  await point.close()
  const collections = point.collections.map((layout) => ({ ...layout, records: 0, bytes: 0 }))
  return { mode, whole: true, collections, schema: point.schema, details: {}, onWarning: () => {} }
}

async function* operations(operation: RecordOperation['operation'], ...rows: MemoryRow[]) {
  for (const row of rows) yield { operation, record: encodeRow(row) }
}

async function* buffers(...rows: MemoryRow[]) {
  for (const row of rows) yield encodeRow(row)
}

describe('memory database as a source', () => {
  it.each([undefined, 1, 7])('reads a frozen moment in key order, cut anywhere (%s)', async (bufferBytes) => {
    const database = shop(bufferBytes)
    const point = await database.openReadPoint(options)
    database.update('orders', [9, 'changed'])
    database.remove('audit', ['b'])
    database.dropTable('audit')
    expect(point.collections.map((c) => [c.name, c.estimatedRecords])).toEqual([
      ['audit', 3],
      ['orders', 3],
    ])
    expect(await read(point, 'orders')).toBe('-2\t\\N\n9\ttab\\there\n10\tten\n')
    expect(await read(point, 'audit')).toBe('b\na\nb\n')
    expect(database.openReadPoints).toBe(1)
    await point.close()
    await point.close()
    expect(database.openReadPoints).toBe(0)
    expect(database.rows('orders')).toEqual([
      ['-2', null],
      ['9', 'changed'],
      ['10', 'ten'],
    ])
  })

  it('chooses, and refuses what it does not have', async () => {
    const database = shop()
    const point = await database.openReadPoint({ ...options, include: ['o*'] })
    expect(point.collections.map((c) => c.name)).toEqual(['orders'])
    expect(point.schema.objects.map((object) => object.name)).toEqual(['orders'])
    await expect(read(point, 'audit')).rejects.toMatchObject({ code: 'UNKNOWN_COLLECTION' })
    await expect(database.openReadPoint({ ...options, exclude: ['x'] })).rejects.toMatchObject({
      code: 'UNKNOWN_COLLECTION',
    })
    const signal = AbortSignal.abort()
    await expect(database.openReadPoint({ ...options, signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('fails where it is told to, after exactly so many bytes', async () => {
    for (const [failAfterBytes, bytes] of [
      [0, 0],
      [5, 5],
      [1000, 25],
    ] as const) {
      const database = shop(8)
      database.faults.set('orders', { failAfterBytes })
      const point = await database.openReadPoint(options)
      let given = 0
      const reading = (async () => {
        for await (const part of point.read('orders')) given += part.length
      })()
      await expect(reading).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
      expect(given).toBe(bytes)
    }
  })

  it('gives records out of order where it is told to', async () => {
    const database = shop()
    database.faults.set('orders', { outOfOrder: true })
    expect(await read(await database.openReadPoint(options), 'orders')).toMatch(/^9\t.*\n-2\t/)
  })

  it('stops when it is interrupted or closed, and counts what is read at a time', async () => {
    const database = shop(1)
    const controller = new AbortController()
    database.faults.set('orders', { beforeBuffer: (given) => (given === 3 ? controller.abort() : undefined) })
    const point = await database.openReadPoint({ ...options, concurrency: 1, signal: controller.signal })
    const first = point.read('audit')[Symbol.asyncIterator]()
    await first.next()
    await expect(read(point, 'orders')).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
    await first.return?.(undefined)
    await expect(read(point, 'orders')).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await point.close()
    await expect(read(point, 'orders')).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
  })
})

describe('memory database as a target', () => {
  it('creates what is not there, tables and other objects', async () => {
    const source = shop()
    source.define({ kind: 'function', name: 'f', definition: {}, dependsOn: [], section: 'pre-data', statements: [] })
    const index = { kind: 'index', name: 'orders_note', definition: {}, section: 'post-data' } as const
    source.define({ ...index, collection: 'orders', dependsOn: ['table:orders'], statements: [] })
    const target = new MemoryDatabase()
    const session = await target.openRestore(await requestOf(source, 'create'))
    expect(session.steps.map((step) => step.description)).toEqual(['create table audit', 'create table orders'])
    await session.load('orders', buffers([2, 'b'], [1, 'a']))
    await session.load('audit', buffers(['x'], ['x']))
    expect(target.tables).toEqual([])
    await session.commit()
    await session.abort()
    expect(target.rows('orders')).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ])
    expect(target.objects).toEqual(['function:f', 'index:orders_note'])
    await expect(target.openRestore(await requestOf(source, 'create'))).rejects.toMatchObject({
      code: 'TARGET_NOT_EMPTY',
      data: { objects: ['audit', 'orders', 'function:f', 'index:orders_note'] },
    })
  })

  it('changes what is there, removes before inserts, under locks', async () => {
    const target = shop()
    const session = await target.openRestore(await requestOf(shop(), 'overwrite'))
    expect([...session.routes.values()]).toEqual(['change', 'change'])
    await session.change('orders', operations('insert', [9, 'new']))
    await session.change('orders', operations('remove', [9, 'tab\there']))
    await session.change('audit', operations('remove', ['b']))
    expect(() => target.insert('orders', [11, 'x'])).toThrow('locked')
    await expect(target.openRestore(await requestOf(shop(), 'overwrite'))).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
    })
    expect(target.rows('orders')[1]).toEqual(['9', 'tab\there'])
    await session.commit()
    expect(target.rows('orders')[1]).toEqual(['9', 'new'])
    expect(target.rows('audit')).toEqual([['a'], ['b']])
    expect(target.openReadPoints).toBe(0)
    target.insert('orders', [11, 'x'])
  })

  it('leaves everything as it was when a commit fails', async () => {
    const target = shop()
    const before = target.rows('orders')
    for (const [operation, row, code] of [
      ['insert', [9, 'again'], 'KEY_EXISTS'],
      ['remove', [77, ''], 'TARGET_FAILED'],
    ] as const) {
      const session = await target.openRestore(await requestOf(shop(), 'append'))
      await session.change('audit', operations('insert', ['c']))
      await session.change('orders', operations(operation, row))
      await expect(session.commit()).rejects.toMatchObject({ code })
      await session.abort()
      await expect(session.commit()).rejects.toMatchObject({ code: 'TARGET_FAILED' })
      expect(target.rows('orders')).toEqual(before)
      expect(target.rows('audit')).toHaveLength(3)
    }
  })

  it('loads anew what has another shape, or refuses to append to it', async () => {
    const target = new MemoryDatabase()
    target.createTable('orders', { columns: { id: 'integer' }, key: ['id'] })
    target.createTable('other', { columns: { id: 'integer' } })
    await expect(target.openRestore(await requestOf(shop(), 'append'))).rejects.toMatchObject({
      code: 'INCOMPATIBLE_TARGET',
    })
    const session = await target.openRestore(await requestOf(shop(), 'overwrite'))
    expect(session.steps.map((step) => step.description)).toEqual(['create table audit', 'replace table orders'])
    await expect(session.change('orders', operations('insert'))).rejects.toMatchObject({ code: 'TARGET_FAILED' })
    await expect(session.commit()).rejects.toMatchObject({ code: 'TARGET_FAILED' })
    await expect(session.load('orders', buffers([1, 'a'], [1, 'b']))).rejects.toMatchObject({ code: 'TARGET_FAILED' })
    await session.load('orders', buffers([1, 'a']))
    await session.load('audit', buffers())
    await session.commit()
    expect(target.tables).toEqual(['audit', 'orders', 'other'])
    expect(target.rows('orders')).toEqual([['1', 'a']])
  })
})
