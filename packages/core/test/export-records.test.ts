import { describe, expect, it } from 'vitest'
import type { ExportOptions } from '../src/operations/export-records.ts'
import type { Repository } from '../src/repository.ts'
import { collect } from './support/collect.ts'
import { MemoryDatabase } from './support/memory-database.ts'
import { createRepository } from './support/memory-repository.ts'
import { orders, shop } from './support/shop.ts'

async function exported(repository: Repository, options: ExportOptions): Promise<string> {
  return Buffer.concat(await collect(repository.exportRecords('latest', options))).toString()
}

async function small() {
  const repository = await createRepository()
  const database = new MemoryDatabase()
  database.createTable('people', { columns: { id: 'integer', name: 'text', 'the "city"': 'text' }, key: ['id'] })
  database.insert('people', [1, 'Ann, the "first"', null], [2, '', 'Köln\r\nDeutz'], [3, 'plain', ' '])
  database.createTable('none', { columns: { a: 'text' } })
  const snapshot = await repository.take(database)
  return { repository, snapshot }
}

describe('an export', () => {
  it('as JSON is one document', async () => {
    const { repository, snapshot } = await small()
    expect(JSON.parse(await exported(repository, { format: 'json' }))).toEqual({
      snapshot: snapshot.id,
      collections: [
        { name: 'none', records: [] },
        {
          name: 'people',
          records: [
            { id: 1, name: 'Ann, the "first"', 'the "city"': null },
            { id: 2, name: '', 'the "city"': 'Köln\r\nDeutz' },
            { id: 3, name: 'plain', 'the "city"': ' ' },
          ],
        },
      ],
    })
  })

  it('as NDJSON is a line a record', async () => {
    const { repository } = await small()
    const lines = (await exported(repository, { format: 'ndjson' })).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { collection: 'people', record: { id: 1 } },
      { collection: 'people', record: { id: 2 } },
      { collection: 'people', record: { id: 3 } },
    ])
  })

  it('as CSV tells NULL from an empty text', async () => {
    const { repository } = await small()
    expect(await exported(repository, { format: 'csv', include: ['people'] })).toBe(
      'id,name,"the ""city"""\r\n1,"Ann, the ""first""",\r\n2,"","Köln\r\nDeutz"\r\n3,plain, \r\n',
    )
    expect(await exported(repository, { format: 'csv', exclude: ['people'] })).toBe('a\r\n')
  })

  it('as CSV is of one collection', async () => {
    const { repository } = await small()
    await expect(exported(repository, { format: 'csv' })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(exported(repository, { format: 'json', include: ['nobody'] })).rejects.toMatchObject({
      code: 'UNKNOWN_COLLECTION',
    })
  })

  it.each(['ndjson', 'csv'] as const)('as %s holds records of any size', async (format) => {
    const text = 'a "quoted", text\n'.repeat(50_000)
    const repository = await createRepository()
    await repository.take(shop([[1, true, text]]))
    const written = await exported(repository, { format, include: ['orders'] })
    if (format === 'ndjson') expect(JSON.parse(written).record.note).toBe(text)
    else expect(written).toBe(`id,paid,note\r\n1,true,"${text.replaceAll('"', '""')}"\r\n`)
  })

  it('comes in pieces, and stops when it is interrupted', async () => {
    const repository = await createRepository()
    await repository.take(shop(orders(2000, 300)))
    const pieces = await collect(repository.exportRecords('latest', { format: 'ndjson' }))
    expect(pieces.length).toBeGreaterThan(5)
    for (const { length } of pieces) expect(length).toBeLessThan(128 * 1024)
    const controller = new AbortController()
    const reading = repository.exportRecords('latest', { format: 'json', signal: controller.signal })
    await reading.next()
    controller.abort()
    await expect(collect(reading)).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })
})
