import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { MemoryObjects } from '../../test/support/memory-objects.ts'
import { entryOf } from '../../test/support/tree-of-keys.ts'
import { StepLoader } from './step-loader.ts'
import type { DiffStep } from './tree-diff.ts'

const objects = new MemoryObjects()
const step = (number: number): DiffStep => ({ side: 'both', level: 0, entry: entryOf(objects, number) })

describe('a step loader that is closed', () => {
  it('while it waits for a step, takes no more and closes their source', async () => {
    let giveSecond = (): void => {}
    const second = new Promise<void>((resolve) => {
      giveSecond = resolve
    })
    const seen: string[] = []
    async function* steps(): AsyncGenerator<DiffStep, void, undefined> {
      try {
        yield step(1)
        await second
        seen.push('second')
        yield step(2)
        seen.push('third')
      } finally {
        seen.push('closed')
      }
    }
    const loader = new StepLoader(steps(), objects, objects)
    expect(await loader.next()).toEqual(step(1))
    const closed = loader.close()
    giveSecond()
    await closed
    expect(seen).toEqual(['second', 'closed'])
  })

  it('when it has read ahead enough, takes not one more and closes their source', async () => {
    let taken = 0
    let isClosed = false
    async function* steps(): AsyncGenerator<DiffStep, void, undefined> {
      try {
        for (;;) yield step(++taken)
      } finally {
        isClosed = true
      }
    }
    const loader = new StepLoader(steps(), objects, objects)
    expect(await loader.next()).toEqual(step(1))
    // It goes on without waiting for anything from outside, so by the next turn it has done what it will.
    await setImmediate()
    const ahead = taken
    expect(ahead).toBeGreaterThan(2)
    await loader.close()
    expect([taken, isClosed]).toEqual([ahead, true])
  })
})
