import type { TextKeyOrder } from '@dbsnap/core/values'
import { describe, expect, it } from 'vitest'
import { compareValues } from './compare-values.ts'

const ascending: Record<TextKeyOrder, (string | null)[]> = {
  integer: [null, '-9223372036854775808', '-10', '-9', '0', '9', '10', '9223372036854775807'],
  decimal: [null, '-Infinity', '-10.50', '-9.99', '0.00', '0.01', '10.00', 'Infinity', 'NaN'],
  date: [null, '-infinity', '4713-01-01 BC', '0044-03-15 BC', '2024-02-29', '12000-01-01', 'infinity'],
  text: [null, '', ' ', 'A', 'B', 'a', 'aa', 'b'],
}

describe('compareValues', () => {
  it.each(Object.entries(ascending))('orders %s values', (order, values) => {
    for (const [i, a] of values.entries()) {
      for (const [j, b] of values.entries()) {
        expect(Math.sign(compareValues(order as TextKeyOrder, a, b)), `${a} ${b}`).toBe(Math.sign(i - j))
      }
    }
  })

  it('orders times of one day, with and without fractions', () => {
    const times = ['2024-02-29 12:00:00', '2024-02-29 12:00:00.5', '2024-02-29 12:00:01']
    expect([...times].reverse().sort((a, b) => compareValues('date', a, b))).toEqual(times)
  })
})
