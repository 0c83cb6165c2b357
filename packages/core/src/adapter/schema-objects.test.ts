import { expect, it } from 'vitest'
import type { CollectionLayout } from '../values/collection.ts'
import type { SchemaObject } from '../values/schema.ts'
import { hasSameRecords, objectDifferences, objectsByCollection, objectsById } from './schema-objects.ts'

function object(kind: string, name: string, definition: SchemaObject['definition'] = {}): SchemaObject {
  const section = kind === 'table' ? 'pre-data' : 'post-data'
  return { kind, name, section, definition, statements: [], dependsOn: [], collection: 'orders' }
}

it('objects are found by what names them, and by their collection', () => {
  const { collection: _, ...loose } = object('view', 'v')
  const all = [object('table', 'orders'), object('index', 'a'), loose]
  expect([...objectsById(all).keys()]).toEqual(['table:orders', 'index:a', 'view:v'])
  expect([...objectsByCollection(all)]).toEqual([['orders', all.slice(0, 2)]])
})

it('what differs is dropped and created; a table that differs changes the shape', () => {
  const table = object('table', 'orders', { columns: 1 })
  const theirs = [table, object('index', 'a', { on: 'x', unique: true }), object('index', 'gone')]
  const ours = [table, object('index', 'a', { unique: true, on: 'x' }), object('index', 'new')]
  expect(objectDifferences(ours, theirs)).toEqual({ shape: false, drop: [theirs[2]], create: [ours[2]] })
  const other = object('table', 'orders', { columns: 2 })
  expect(objectDifferences([other], [table])).toEqual({ shape: true, drop: [table], create: [other] })
})

it('records are the same where columns, types and key are', () => {
  const column = { name: 'id', type: 'int', shape: 'number', equality: 'bytes' } as const
  const layout: CollectionLayout = { name: 't', format: 'copy-text', encoding: 'UTF8', columns: [column], key: [] }
  expect(hasSameRecords(layout, { ...layout, name: 'u' })).toBe(true)
  expect(hasSameRecords(layout, { ...layout, columns: [{ ...column, type: 'text' }] })).toBe(false)
  expect(hasSameRecords(layout, { ...layout, key: [{ column: 0, order: 'integer' }] })).toBe(false)
})
