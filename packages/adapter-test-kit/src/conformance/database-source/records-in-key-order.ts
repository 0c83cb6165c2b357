import assert from 'node:assert/strict'
import type { TextKeyOrder } from '@dbsnap/core/values'
import { compareValues } from '../../fakes/compare-values.ts'
import type { Law } from '../law.ts'
import { formOf } from './copy-text-form.ts'
import type { DatabaseSourceFixture, TableWish } from './database-source-fixture.ts'
import { everything, readRows, withReadPoint } from './read-collection.ts'

/** Keys whose order under another rule than ours differs: by text, by locale, by sign, by length. */
const KEYS: Record<TextKeyOrder, readonly string[]> = {
  integer: ['10', '9', '-10', '-9', '0', '2147483647', '-2147483648', '100', '99'],
  decimal: ['10.00', '9.99', '-10.50', '-9.99', '0.00', '0.01', '1234567890.12', '-0.01'],
  date: ['2024-02-29', '1999-12-31', '0001-01-01', '9999-12-31', '2024-03-01'],
  text: ['b', 'B', 'a', 'A', 'ä', 'z', '', ' ', 'a b', 'ab', 'a-b', 'Z', '10', '9', '_', 'ß', '\t', 'a\nb', '\\', '€'],
}

export const recordsInKeyOrder: Law<'records-in-key-order', DatabaseSourceFixture> = {
  name: 'records-in-key-order',
  promise: 'records arrive in ascending order of their keys, each once, for keys of every order and of several columns',
  async check(fixture) {
    for (const wish of wishes()) {
      const collection = await fixture.createTable(wish)
      await withReadPoint(fixture.source, everything, async (point) => {
        const layout = point.collections.find((candidate) => candidate.name === collection)
        assert.ok(layout, `${collection} is not listed`)
        assert.deepEqual(layout.key, formOf(fixture).layout(wish).key)
        const names = Object.keys(wish.columns)
        const records = await readRows(fixture, point, collection)
        assert.equal(records.length, wish.rows.length)
        for (let i = 1; i < records.length; i++) {
          const orders = wish.key.map((name) => {
            const column = names.indexOf(name)
            const [before, after] = [asBytes(records[i - 1]?.[column]), asBytes(records[i]?.[column])]
            return compareValues(wish.columns[name] as TextKeyOrder, before, after)
          })
          assert.ok((orders.find((order) => order !== 0) ?? 0) < 0, `records ${i - 1} and ${i} of ${collection}`)
        }
      })
    }
  },
}

/** A character a byte, so that comparing strings compares bytes. */
function asBytes(value: string | null | undefined): string | null {
  return value == null ? null : Buffer.from(value).toString('latin1')
}

function* wishes(): Generator<TableWish> {
  for (const [order, keys] of Object.entries(KEYS) as [TextKeyOrder, readonly string[]][]) {
    yield {
      name: `by_${order}`,
      columns: { note: 'text', id: order },
      key: ['id'],
      rows: keys.map((key, i) => [`note ${i}`, key]),
    }
  }
  const pairs = KEYS.text.flatMap((first) => KEYS.integer.map((second) => [second, first]))
  yield { name: 'by_two', columns: { number: 'integer', word: 'text' }, key: ['word', 'number'], rows: pairs }
}
