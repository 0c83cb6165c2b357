import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { CALENDAR_SPANS, type CalendarSpan, calendarOf } from './calendar-buckets.ts'
import { decideRetention, type Protection, type RetainedSnapshot } from './decide-retention.ts'
import { parseDuration, shiftTime } from './duration.ts'
import type { RetentionPolicy } from './retention-policy.ts'

const NONE: Protection = { pinned: new Map(), lastGood: new Set() }

/** Newest first, with ids by place. */
function snapshots(...facts: { time: string; label?: string; tags?: Record<string, string> }[]): RetainedSnapshot[] {
  return facts
    .map(({ time, label = 'shop', tags = {} }, i) => ({ id: idOf(i), time, tags, source: { label } }))
    .sort((a, b) => (a.time < b.time ? 1 : -1))
}

const idOf = (number: number): SnapshotId => number.toString(16).padStart(32, '0') as SnapshotId

const keptTimes = (policy: RetentionPolicy, all: RetainedSnapshot[], protection = NONE): string[] =>
  decideRetention(policy, all, protection).flatMap(({ snapshot, keep }) => (keep ? [snapshot.time] : []))

const day = (date: string, time = '12:00'): { time: string } => ({ time: `${date}T${time}:00.000Z` })

describe('a policy', () => {
  const march = snapshots(
    day('2026-03-01', '08:00'),
    day('2026-03-01', '20:00'),
    day('2026-03-02', '08:00'),
    day('2026-03-05', '08:00'),
    day('2026-03-05', '08:30'),
  )

  it('keeps the newest of each day that has one, and says by what', () => {
    expect(decideRetention({ keepDaily: 2, keepLast: 1 }, march, NONE)).toEqual([
      {
        snapshot: march[0],
        keep: true,
        reasons: [
          { rule: 'last', detail: '1' },
          { rule: 'daily', detail: '2026-03-05' },
        ],
      },
      { snapshot: march[1], keep: false, reasons: [] },
      { snapshot: march[2], keep: true, reasons: [{ rule: 'daily', detail: '2026-03-02' }] },
      { snapshot: march[3], keep: false, reasons: [] },
      { snapshot: march[4], keep: false, reasons: [] },
    ])
  })

  it('counts durations from the newest snapshot, what is just as old not within', () => {
    const times = march.map(({ time }) => time)
    expect(keptTimes({ keepWithin: '4d' }, march)).toEqual(times.slice(0, 4))
    expect(keptTimes({ keepWithin: '3d' }, march)).toEqual(times.slice(0, 2))
    expect(keptTimes({ keepWithinDaily: '4d' }, march)).toEqual([times[0], times[2], times[3]])
    expect(decideRetention({ keepWithinDaily: '1d' }, march, NONE)[0]?.reasons).toEqual([
      { rule: 'daily', detail: '2026-03-05, within 1d' },
    ])
  })

  it('means the days of its time zone', () => {
    expect(keptTimes({ keepDaily: 9, timeZone: 'Asia/Tokyo' }, march)).toEqual(
      ['2026-03-05T08:30', '2026-03-02T08:00', '2026-03-01T08:00'].map((time) => `${time}:00.000Z`),
    )
  })

  it('keeps what is tagged, by key or by value', () => {
    const all = snapshots(
      { ...day('2026-03-01'), tags: { release: '1' } },
      { ...day('2026-03-02'), tags: { release: '2' } },
      { ...day('2026-03-03'), tags: { why: 'a=b' } },
      day('2026-03-04'),
    )
    const kept = (...keepTags: string[]) => keptTimes({ keepTags }, all).map((time) => Number(time.slice(8, 10)))
    expect(kept('release')).toEqual([2, 1])
    expect(kept('release=2', 'why=a=b')).toEqual([3, 2])
    expect(kept('toString', 'release=')).toEqual([])
  })

  it('goes source by source', () => {
    const all = snapshots(
      { ...day('2026-03-01'), label: 'a' },
      { ...day('2026-03-02'), label: 'b' },
      { ...day('2026-03-03'), label: 'b' },
    )
    expect(keptTimes({ keepLast: 1 }, all)).toEqual([all[0]?.time, all[2]?.time])
    expect(keptTimes({ keepWithin: '1h' }, all)).toEqual([all[0]?.time, all[2]?.time])
  })

  it('drops nothing that is pinned, nor the last good one', () => {
    const [newest, second, third] = march as [RetainedSnapshot, RetainedSnapshot, RetainedSnapshot]
    const protection = {
      pinned: new Map([
        [second.id, 'audit'],
        [third.id, ''],
        [idOf(99), 'not among them'],
      ]),
      lastGood: new Set([newest.id]),
    }
    const decisions = decideRetention({ keepTags: ['none'] }, march, protection)
    expect(decisions.map(({ reasons }) => reasons)).toEqual([
      [{ rule: 'lastGood' }],
      [{ rule: 'pinned', detail: 'audit' }],
      [{ rule: 'pinned' }],
      [],
      [],
    ])
  })

  it.each<[string, RetentionPolicy]>([
    ['nothing', {}],
    ['nothing but a time zone', { timeZone: 'UTC' }],
    ['no tags', { keepTags: [] }],
    ['none', { keepLast: 0 }],
    ['less than none', { keepDaily: -1 }],
    ['half a one', { keepWeekly: 1.5 }],
    ['no number', { keepYearly: Number.NaN }],
    ['no duration', { keepWithin: 'ever' }],
    ['no duration of weeks', { keepWithinWeekly: '7' }],
    ['a zone that is none', { keepLast: 1, timeZone: 'Nowhere' }],
  ])('that asks for %s is refused', (_, policy) => {
    expect(() => decideRetention(policy, march, NONE)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})

const someSnapshots = fc
  .array(
    fc.record({
      // Dense in some places, so that hours and days hold several.
      time: fc.oneof(
        fc.date({ min: new Date('2024-11-01'), max: new Date('2026-03-01'), noInvalidDate: true }),
        fc.date({ min: new Date('2026-02-27'), max: new Date('2026-03-01'), noInvalidDate: true }),
      ),
      label: fc.constantFrom('shop', 'blog'),
      tags: fc.constantFrom({}, { release: '1' }, { release: '2' }),
    }),
    { maxLength: 60 },
  )
  .map((facts) => snapshots(...facts.map((fact) => ({ ...fact, time: fact.time.toISOString() }))))

const count = fc.option(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(Number.POSITIVE_INFINITY)), {
  nil: undefined,
})
const duration = fc.option(fc.constantFrom('3h', '2d', '3w', '5m', '1y'), { nil: undefined })
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia')

/** Rules that are given. At least one, unless `empty` may come out too. */
const somePolicy = fc
  .record({
    keepLast: count,
    keepHourly: count,
    keepDaily: count,
    keepWeekly: count,
    keepMonthly: count,
    keepYearly: count,
    keepWithin: duration,
    keepWithinHourly: duration,
    keepWithinDaily: duration,
    keepWithinWeekly: duration,
    keepWithinMonthly: duration,
    keepWithinYearly: duration,
    keepTags: fc.option(fc.constantFrom(['release'], ['release=2', 'x']), { nil: undefined }),
  })
  .map((rules) => Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== undefined)) as RetentionPolicy)
  .filter((rules) => Object.keys(rules).length > 0)

/** The definition, word by word: slow, and without an order of its own. */
function reference(policy: RetentionPolicy, all: readonly RetainedSnapshot[]): Set<SnapshotId> {
  const kept = new Set<SnapshotId>()
  const calendar = calendarOf(policy.timeZone ?? 'UTC')
  for (const one of all) {
    const siblings = all.filter(({ source }) => source.label === one.source.label)
    const newer = siblings.filter(
      ({ time, id }) => time > one.time || (time === one.time && all.findIndex((s) => s.id === id) < all.indexOf(one)),
    )
    const newest = siblings
      .map(({ time }) => time)
      .sort()
      .at(-1) as string
    const within = (text: string): boolean => new Date(one.time) > shiftTime(new Date(newest), parseDuration(text), -1)
    const bucket = (span: CalendarSpan, { time }: RetainedSnapshot): string => calendar(time)[span]
    const isNewest = (span: CalendarSpan): boolean => !newer.some((other) => bucket(span, other) === bucket(span, one))
    const bucketsBefore = (span: CalendarSpan): number => new Set(newer.map((other) => bucket(span, other))).size
    if (newer.length < (policy.keepLast ?? 0)) kept.add(one.id)
    if (policy.keepWithin !== undefined && within(policy.keepWithin)) kept.add(one.id)
    for (const tag of policy.keepTags ?? []) {
      const [key = '', value] = tag.split('=')
      if (key in one.tags && (value === undefined || one.tags[key] === value)) kept.add(one.id)
    }
    for (const span of CALENDAR_SPANS) {
      const name = `${span.charAt(0).toUpperCase()}${span.slice(1)}` as Capitalize<CalendarSpan>
      const duration = policy[`keepWithin${name}`]
      if (isNewest(span) && bucketsBefore(span) < (policy[`keep${name}`] ?? 0)) kept.add(one.id)
      if (isNewest(span) && duration !== undefined && within(duration)) kept.add(one.id)
    }
  }
  return kept
}

const keptIds = (policy: RetentionPolicy, all: readonly RetainedSnapshot[]): Set<SnapshotId> =>
  new Set(decideRetention(policy, all, NONE).flatMap(({ snapshot, keep }) => (keep ? [snapshot.id] : [])))

const union = <T>(one: Iterable<T>, other: Iterable<T>): Set<T> => new Set([...one, ...other])

describe('every policy', () => {
  it('keeps what its definition says, in any time zone', () => {
    fc.assert(
      fc.property(somePolicy, zone, someSnapshots, (policy, timeZone, all) => {
        expect(keptIds({ ...policy, timeZone }, all)).toEqual(reference({ ...policy, timeZone }, all))
      }),
      { numRuns: 300 },
    )
  })

  it('keeps of each source exactly so many of the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), someSnapshots, (keepLast, all) => {
        for (const ofSource of Map.groupBy(all, ({ source }) => source.label).values()) {
          const kept = ofSource.filter(({ id }) => keptIds({ keepLast }, all).has(id))
          expect(kept).toEqual(ofSource.slice(0, keepLast))
        }
      }),
    )
  })

  it('drops no more with a rule more', () => {
    fc.assert(
      fc.property(somePolicy, somePolicy, someSnapshots, (one, other, all) => {
        const both = keptIds({ ...other, ...one }, all)
        expect(both).toEqual(union(both, keptIds(one, all)))
        const otherWay = keptIds({ ...one, ...other }, all)
        expect(otherWay).toEqual(union(otherWay, keptIds(other, all)))
      }),
    )
  })

  it('keeps the newest of each source, unless it goes by tags alone', () => {
    fc.assert(
      fc.property(somePolicy, someSnapshots, ({ keepTags: _, ...policy }, all) => {
        fc.pre(Object.keys(policy).length > 0)
        const newest = new Map(all.toReversed().map(({ source, id }) => [source.label, id])).values()
        const kept = keptIds(policy, all)
        expect(kept).toEqual(union(kept, newest))
      }),
    )
  })

  it('drops nothing more when it is applied again', () => {
    fc.assert(
      fc.property(somePolicy, someSnapshots, (policy, all) => {
        const kept = keptIds(policy, all)
        expect(
          keptIds(
            policy,
            all.filter(({ id }) => kept.has(id)),
          ),
        ).toEqual(kept)
      }),
    )
  })
})
