import { expect, it } from 'vitest'
import { ManualClock } from '../../test/support/memory-database.ts'
import { Throttle } from './throttle.ts'

/** Lets what waits for the clock come to its next sleep. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

it('a throttle holds several streams together below its rate', async () => {
  const clock = new ManualClock()
  const throttle = new Throttle(clock, 1000)
  let passed = 0
  const stream = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) {
      await throttle.pass(100)
      passed += 100
    }
  }
  const streams = [stream(), stream()]
  for (let seconds = 1; seconds <= 10; seconds++) {
    for (let i = 0; i < 20; i++) {
      await turns()
      clock.advance(50)
    }
    await turns()
    expect(passed).toBeLessThanOrEqual(1000 * seconds + 100)
    expect(passed).toBeGreaterThanOrEqual(1000 * seconds - 200)
  }
  await Promise.all(streams)
})

it('a throttle lets a tenth of a second be made up for after a pause, and no more', async () => {
  const clock = new ManualClock()
  const throttle = new Throttle(clock, 1000)
  clock.advance(60_000)
  await throttle.pass(100)
  const held = throttle.pass(100)
  expect(clock.sleepers).toBe(1)
  clock.advance(100)
  await held
})

it('a throttle without limit never waits, and one that waits can be interrupted', async () => {
  const clock = new ManualClock()
  await new Throttle(clock, Number.POSITIVE_INFINITY).pass(1e12)
  const controller = new AbortController()
  const waiting = new Throttle(clock, 1).pass(100, controller.signal)
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' })
})
