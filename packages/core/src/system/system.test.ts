import { describe, expect, it } from 'vitest'
import { SystemClock, SystemRandomness } from './index.ts'

describe('system clock', () => {
  it('tells the time and never goes back', () => {
    const clock = new SystemClock()
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(1000)
    const first = clock.monotonic()
    expect(clock.monotonic()).toBeGreaterThanOrEqual(first)
  })

  it('sleeps as long as told, with and without a signal', async () => {
    const clock = new SystemClock()
    const began = clock.monotonic()
    await clock.sleep(5)
    await clock.sleep(5, new AbortController().signal)
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(8)
  })

  it('wakes up when interrupted, before or while it sleeps', async () => {
    const clock = new SystemClock()
    await expect(clock.sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const controller = new AbortController()
    const sleeping = clock.sleep(60_000, controller.signal)
    controller.abort()
    await expect(sleeping).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })
})

it('system randomness gives as many bytes as asked for, and never the same', () => {
  const randomness = new SystemRandomness()
  expect(randomness.bytes(32)).toHaveLength(32)
  expect(randomness.bytes(32).equals(randomness.bytes(32))).toBe(false)
})
