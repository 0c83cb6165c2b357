import { describe, expect, it } from 'vitest'
import { explore } from './model/explore.ts'
import { RULES, type Rule } from './model/model-rules.ts'
import { SCENARIOS } from './model/scenarios.ts'

/** The larger ones have 100 000 worlds, of which a machine with other work looks at 5000 a second. */
const TIMEOUT = 120_000

describe('the prune protocol, in every order of steps', () => {
  for (const { what, start, needs } of SCENARIOS) {
    it(`loses nothing, and leaves nothing: ${what}`, { timeout: TIMEOUT }, () => {
      const { loss, garbage, worlds } = explore(start)
      expect({ loss, garbage }).toEqual({})
      expect(worlds).toBeGreaterThan(1000)
    })

    it.each(needs.map((rule) => [RULES[rule], rule] as const))(
      `loses something unless %s: ${what}`,
      { timeout: TIMEOUT },
      (_, rule) => {
        expect(explore(start, [rule]).loss).toBeDefined()
      },
    )
  }

  it('has no rule that nothing needs', () => {
    const needed = new Set(SCENARIOS.flatMap(({ needs }) => needs))
    expect((Object.keys(RULES) as Rule[]).filter((rule) => !needed.has(rule))).toEqual([])
  })
})
