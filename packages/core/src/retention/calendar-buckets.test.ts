import { describe, expect, it } from 'vitest'
import { calendarOf } from './calendar-buckets.ts'

describe('the calendar', () => {
  it.each([
    ['UTC', '2026-03-01T23:30:00.000Z', '2026-03-01T23', '2026-03-01', '2026-W09', '2026-03', '2026'],
    ['Europe/Berlin', '2026-03-01T23:30:00.000Z', '2026-03-02T00', '2026-03-02', '2026-W10', '2026-03', '2026'],
    ['America/Los_Angeles', '2026-01-01T07:00:00.000Z', '2025-12-31T23', '2025-12-31', '2026-W01', '2025-12', '2025'],
    ['UTC', '2027-01-01T00:00:00.000Z', '2027-01-01T00', '2027-01-01', '2026-W53', '2027-01', '2027'],
    ['UTC', '2024-12-30T00:00:00.000Z', '2024-12-30T00', '2024-12-30', '2025-W01', '2024-12', '2024'],
    ['Asia/Kolkata', '2026-06-30T18:29:59.999Z', '2026-06-30T23', '2026-06-30', '2026-W27', '2026-06', '2026'],
  ])('of %s puts %s into its place', (zone, time, hourly, daily, weekly, monthly, yearly) => {
    expect(calendarOf(zone)(time)).toEqual({ hourly, daily, weekly, monthly, yearly })
  })

  it('counts the hour that a clock shows twice once', () => {
    const calendar = calendarOf('Europe/Berlin')
    expect(calendar('2026-10-25T00:30:00.000Z').hourly).toBe(calendar('2026-10-25T01:30:00.000Z').hourly)
  })

  it('of a zone that nobody knows is a fault', () => {
    expect(() => calendarOf('Mars/Olympus')).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
