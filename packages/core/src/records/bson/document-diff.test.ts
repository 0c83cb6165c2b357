import { Code, Double, deserialize, EJSON, Int32, Long, serialize } from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bson, int32, rawBson } from '../../../test/support/bson-documents.ts'
import type { Json, JsonObject } from '../../values/json.ts'
import { changedPaths, documentChanges, reorderedPaths } from './document-diff.ts'
import { shownDocument } from './extended-json.ts'
import { type JsonPatchOperation, jsonPatch } from './json-patch.ts'

const one = new Int32(1)
const two = new Int32(2)

describe('the changes of a document', () => {
  it('have paths, kinds and values, types told apart', () => {
    const left = bson({ _id: one, a: one, b: { c: 'x', gone: true }, same: [1, { z: 1 }], n: new Double(1) })
    const right = bson({
      _id: one,
      a: Long.fromNumber(1),
      b: { c: 'y' },
      same: [1, { z: 1 }],
      n: new Double(1),
      new: null,
    })
    expect(documentChanges(left, right)).toEqual([
      { path: 'a', kind: 'changed', before: { $numberInt: '1' }, after: { $numberLong: '1' } },
      { path: 'b.c', kind: 'changed', before: 'x', after: 'y' },
      { path: 'b.gone', kind: 'removed', before: true },
      { path: 'new', kind: 'added', after: null },
    ])
    expect(changedPaths(left, right)).toEqual(['a', 'b.c', 'b.gone', 'new'])
    expect(changedPaths(left, left)).toEqual([])
  })

  it('do not count the order of fields, but can tell it', () => {
    const left = bson({ _id: one, a: one, b: { c: one, d: two }, e: [{ f: one, g: two }] })
    const right = bson({ _id: one, b: { d: two, c: one }, a: one, e: [{ g: two, f: one }] })
    expect(documentChanges(left, right)).toEqual([])
    expect(reorderedPaths(left, right)).toEqual(['', 'b', 'e.0'])
    expect(reorderedPaths(left, left)).toEqual([])
    expect(reorderedPaths(bson({ a: [[{ f: one, g: two }], one] }), bson({ a: [[{ g: two, f: one }], two] }))).toEqual([
      'a.0.0',
    ])
  })

  it('recognise what was put into an array, taken out of it, and changed in it', () => {
    const items = (...list: unknown[]) => bson({ items: list })
    expect(documentChanges(items('a', 'b', 'c'), items('a', 'x', 'b', 'c'))).toEqual([
      { path: 'items.1', kind: 'added', after: 'x' },
    ])
    expect(documentChanges(items('a', 'b', 'c'), items('b', 'c', 'd'))).toEqual([
      { path: 'items.0', kind: 'removed', before: 'a' },
      { path: 'items.2', kind: 'added', after: 'd' },
    ])
    expect(
      documentChanges(items({ q: 1, s: 1 }, 'z'), items('n', { q: 2, s: 1 }, 'z')).map(({ path }) => path),
    ).toEqual(['items.0', 'items.1'])
    expect(documentChanges(items({ q: one }, 'z'), items({ q: two }, 'z'))).toEqual([
      { path: 'items.0.q', kind: 'changed', before: { $numberInt: '1' }, after: { $numberInt: '2' } },
    ])
    const many = Array.from({ length: 300 }, (_, i) => i)
    expect(changedPaths(items(...many), items(...many.toReversed()))).toHaveLength(300)
  })

  it('tell fields of one name apart, and look into code with a scope', () => {
    const twice = (a: number, b: number) => rawBson([0x10, 'a', int32(a)], [0x10, 'a', int32(b)])
    expect(changedPaths(twice(1, 2), twice(1, 3))).toEqual(['a (2)'])
    const code = (text: string, ...fields: [string, unknown][]) =>
      bson({ f: new Code(text, Object.fromEntries(fields)) })
    expect(changedPaths(code('f', ['a', 1], ['b', 2]), code('f', ['b', 2], ['a', 1]))).toEqual([])
    expect(changedPaths(code('f', ['a', 1]), code('g', ['a', 1]))).toEqual(['f'])
    expect(changedPaths(code('f', ['a', 1]), code('f', ['a', 2]))).toEqual(['f'])
    expect(changedPaths(bson({ a: [{ b: 1 }] }), bson({ a: [{ b: 1, c: 1 }] }))).toEqual(['a.0.c'])
    expect(changedPaths(bson({ a: [[1]] }), bson({ a: [[1, 2]] }))).toEqual(['a.0.1'])
    expect(changedPaths(bson({ a: [{ b: 1 }] }), bson({ a: [{ c: 1 }] }))).toEqual(['a.0.b', 'a.0.c'])
  })
})

describe('a JSON Patch', () => {
  it('turns one document into the other', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<unknown>(1, 2, 'x', 'y', true, null, 1.5),
        fc.array(tie('any'), { maxLength: 5 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c~/d', ''), tie('any'), { maxKeys: 4 }),
      ),
    })).any
    const document = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd/e'), value, { maxKeys: 4 })
    fc.assert(
      fc.property(document, document, (a, b) => {
        const [left, right] = [bson(a as JsonObject), bson(b as JsonObject)]
        expect(applied(shownDocument(left), jsonPatch(left, right))).toEqual(shownDocument(right))
        expect(documentChanges(left, right).length === 0).toBe(jsonPatch(left, right).length === 0)
      }),
      { numRuns: 500 },
    )
  })

  it('replaces a document in which a name stands twice', () => {
    const nested = (last: number) => rawBson([0x03, 'b', rawBson([0x10, 'a', int32(1)], [0x10, 'a', int32(last)])])
    expect(jsonPatch(nested(2), nested(3))).toEqual([
      { op: 'replace', path: '/b', value: { a: { $numberInt: '1' }, 'a (2)': { $numberInt: '3' } } },
    ])
  })

  it('has values that the library of the driver reads back', () => {
    const [operation] = jsonPatch(bson({}), bson({ a: Long.fromNumber(7) }))
    const value = (operation as { value: Json }).value
    expect(
      deserialize(serialize({ a: EJSON.parse(JSON.stringify(value), { relaxed: false }) }), { promoteValues: false }),
    ).toEqual({
      a: Long.fromNumber(7),
    })
  })
})

/** A JSON Patch applied by the words of RFC 6902. */
function applied(document: JsonObject, operations: readonly JsonPatchOperation[]): Json {
  const result = { root: structuredClone(document) as Json }
  for (const operation of operations) {
    const names = `/root${operation.path}`
      .slice(1)
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = names.pop() as string
    let parent = result as unknown as Record<string, Json>
    for (const name of names) parent = parent[name] as unknown as Record<string, Json>
    if (Array.isArray(parent)) {
      if (operation.op === 'remove') parent.splice(Number(last), 1)
      else parent.splice(Number(last), operation.op === 'add' ? 0 : 1, operation.value)
    } else if (operation.op === 'remove') delete parent[last]
    else parent[last] = operation.value
  }
  return result.root
}
