import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration, shiftTime } from './duration.ts'

const back = (time: string, duration: string): string =>
  shiftTime(new Date(time), parseDuration(duration), -1).toISOString()

describe('a duration', () => {
  it.each([
    ['12h', { hours: 12 }],
    ['7d', { days: 7 }],
    ['2w1d', { days: 15 }],
    ['6m', { months: 6 }],
    ['1y6m', { years: 1, months: 6 }],
    ['3h2d', { days: 2, hours: 3 }],
    ['9999y', { years: 9999 }],
  ])('%s', (text, parts) => {
    expect(parseDuration(text)).toEqual({ years: 0, months: 0, days: 0, hours: 0, ...parts })
  })

  it.each(['', '7', 'd', '7 d', '-7d', '1.5d', '7D', '7min', '0d', '0y0h', '1d1d', '10000y', '7d\n', '7d '])(
    '%j is none',
    (text) => {
      expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'USAGE', data: { duration: text } }))
    },
  )

  it.each([
    ['2026-03-31T10:00:00.000Z', '1m', '2026-02-28T10:00:00.000Z'],
    ['2028-02-29T10:00:00.000Z', '1y', '2027-02-28T10:00:00.000Z'],
    ['2026-01-15T10:00:00.000Z', '2m', '2025-11-15T10:00:00.000Z'],
    ['2026-03-01T01:00:00.000Z', '1d2h', '2026-02-27T23:00:00.000Z'],
    ['2026-03-10T01:00:00.000Z', '1w', '2026-03-03T01:00:00.000Z'],
  ])('before %s: %s', (time, duration, expected) => {
    expect(back(time, duration)).toBe(expected)
  })

  it('leads back to where it came from, as long as no day was missing', () => {
    const parts = { years: fc.nat(50), months: fc.nat(30), days: fc.nat(400), hours: fc.nat(50) }
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.record(parts),
        (time, duration) => {
          const there = shiftTime(time, { ...duration, years: 0, months: 0 }, 1)
          expect(shiftTime(there, { ...duration, years: 0, months: 0 }, -1)).toEqual(time)
          const months = shiftTime(time, { ...duration, days: 0, hours: 0 }, 1)
          const again = shiftTime(months, { ...duration, days: 0, hours: 0 }, -1)
          expect(time.getTime() - again.getTime()).toBeLessThanOrEqual(3 * 86_400_000)
          expect(again.getTime()).toBeLessThanOrEqual(time.getTime())
        },
      ),
    )
  })
})
