import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRecoveryKey, parseRecoveryKey, RECOVERY_SECRET_BYTES } from './recovery-key.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const secrets = fc
  .uint8Array({ minLength: RECOVERY_SECRET_BYTES, maxLength: RECOVERY_SECRET_BYTES })
  .map((bytes) => Buffer.from(bytes))

function groupNamed(text: string): number | undefined {
  try {
    parseRecoveryKey(text)
    return undefined
  } catch (error) {
    return (error as { data: { group: number } }).data.group
  }
}

describe('a recovery key', () => {
  it('has the bytes that the format says', () => {
    expect(formatRecoveryKey(Buffer.from(Array.from({ length: 20 }, (_, i) => i * 13)))).toMatchInlineSnapshot(
      `"006H8-M9SMW-85751-PT3N2-GA7SR-SADPT-RF8DE-VTQQ8"`,
    )
    expect(formatRecoveryKey(Buffer.alloc(20))).toMatchInlineSnapshot(
      `"00000-00001-00002-00003-00004-00005-00006-00007"`,
    )
  })

  it('is read as it is printed, and as people type it', () => {
    void fc.assert(
      fc.property(secrets, (secret) => {
        const printed = formatRecoveryKey(secret)
        expect(printed).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){7}[0-9A-HJKMNP-TV-Z]{5}$/)
        const typed = ` ${printed.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}\n`
        for (const text of [printed, typed, printed.replaceAll('-', '').replaceAll('1', 'I')]) {
          expect(parseRecoveryKey(text)).toEqual(secret)
        }
      }),
    )
  })

  it('with any one character mistyped is refused, and the group named', () => {
    void fc.assert(
      fc.property(secrets, (secret) => {
        const printed = formatRecoveryKey(secret)
        for (const [i, right] of [...printed].entries()) {
          if (right === '-') continue
          const wrong = [...`${ALPHABET}U`].filter((letter) => letter !== right)
          for (const letter of wrong) {
            const group = groupNamed(printed.slice(0, i) + letter + printed.slice(i + 1))
            if (group !== Math.floor(i / 6) + 1) throw new Error(`${letter} at ${i} is not found`)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('with two characters of a group, or two groups, in each other’s place is refused', () => {
    void fc.assert(
      fc.property(secrets, fc.nat(7), fc.nat(4), fc.nat(7), fc.nat(4), (secret, group, a, other, b) => {
        const groups = formatRecoveryKey(secret).split('-')
        const characters = [...(groups[group] as string)]
        const swapped = [...characters]
        swapped[a] = characters[b] as string
        swapped[b] = characters[a] as string
        if (characters[a] !== characters[b]) {
          expect(groupNamed(groups.with(group, swapped.join('')).join('-'))).toBe(group + 1)
        }
        const moved = groups.with(group, groups[other] as string).with(other, groups[group] as string)
        if (group !== other) expect(groupNamed(moved.join('-'))).toBe(Math.min(group, other) + 1)
      }),
    )
  })

  it('that is cut says how long it should be, and never what it was', () => {
    const canary = 'CANARY-4711'
    expect(() => parseRecoveryKey(canary)).toThrow(/has 40 characters, and this one has 10$/)
    expect(() => parseRecoveryKey(canary)).not.toThrow(canary)
  })
})
