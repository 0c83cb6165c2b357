import { UsageError } from '../errors/usage-error.ts'

/**
 * A secret that a person can print, keep in a safe and type again: 8 groups of 5 characters, 4 of them 20 bits of the
 * secret, the last a check on them and on the place of the group. `docs/format/repository-format.md`, "Recovery keys".
 */

const GROUPS = 8
const GROUP_DATA = 4
/** 160 bits: out of reach of guessing, and half as long to type as 256 and their checks would be with words. */
export const RECOVERY_SECRET_BYTES = (GROUPS * GROUP_DATA * 5) / 8
/** Crockford's: without I, L, O and U, which are read as something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** As it is printed: `XXXXX-XXXXX-...`. */
export function formatRecoveryKey(secret: Buffer): string {
  let bits = 0n
  for (const byte of secret) bits = (bits << 8n) | BigInt(byte)
  const digits = Array.from({ length: GROUPS * GROUP_DATA }, (_, i) =>
    Number((bits >> BigInt(5 * (GROUPS * GROUP_DATA - 1 - i))) & 31n),
  )
  const groups = Array.from({ length: GROUPS }, (_, group) => {
    const data = digits.slice(group * GROUP_DATA, (group + 1) * GROUP_DATA)
    return [...data, check(group, data)].map((digit) => ALPHABET[digit]).join('')
  })
  return groups.join('-')
}

/**
 * The secret of a recovery key as somebody typed it: in any case, with or without hyphens and blanks, O for 0, I or L for 1.
 * Fails with `UsageError` that says which group is mistyped; never with what was typed.
 */
export function parseRecoveryKey(text: string): Buffer {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const size = GROUP_DATA + 1
  if (letters.length !== GROUPS * size) {
    throw new UsageError(`a recovery key has ${GROUPS * size} characters, and this one has ${letters.length}`, {
      hint: 'Type all eight groups of five, as they were shown; blanks and hyphens do not matter.',
    })
  }
  let bits = 0n
  for (let group = 0; group < GROUPS; group++) {
    const digits = [...letters.slice(group * size, (group + 1) * size)].map((letter) => ALPHABET.indexOf(letter))
    const data = digits.slice(0, GROUP_DATA)
    if (digits.includes(-1) || check(group, data) !== digits[GROUP_DATA]) throw mistyped(group)
    for (const digit of data) bits = (bits << 5n) | BigInt(digit)
  }
  return Buffer.from(bits.toString(16).padStart(RECOVERY_SECRET_BYTES * 2, '0'), 'hex')
}

function mistyped(group: number): UsageError {
  return new UsageError(`group ${group + 1} of the recovery key is mistyped`, {
    hint: 'Compare its five characters, and its place, with what was printed.',
    data: { group: group + 1 },
  })
}

/** Finds every single wrong character, every two that changed places within a group, and groups that changed places. */
function check(group: number, data: readonly number[]): number {
  return data.reduce((sum, digit, i) => sum ^ timesPowerOfTwo(digit, i + 1), group)
}

/** In the field of 32 elements with x^5 = x^2 + 1. */
function timesPowerOfTwo(digit: number, power: number): number {
  let product = digit
  for (let i = 0; i < power; i++) product = (product << 1) ^ (product & 16 ? 0b100101 : 0)
  return product
}
