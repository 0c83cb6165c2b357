import type { TextKeyOrder } from '@dbsnap/core/values'

/**
 * Orders two values of a key column as `TextKeyOrder` says: what a server does, written down a second time on purpose, so
 * that core's encoding of keys is tested against something else than itself.
 */
export function compareValues(order: TextKeyOrder, a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  switch (order) {
    case 'integer':
      return BigInt(a) < BigInt(b) ? -1 : 1
    case 'decimal':
      return compareRanked(a, b, decimalRank, compareDigits)
    case 'date':
      return compareRanked(a, b, dateRank, compareDates)
    case 'text':
      return a < b ? -1 : 1
  }
}

function compareRanked(
  a: string,
  b: string,
  rank: (value: string) => number,
  within: (a: string, b: string) => number,
): number {
  return rank(a) - rank(b) || within(a, b)
}

/** -Infinity, numbers, Infinity, NaN. */
function decimalRank(value: string): number {
  return { '-Infinity': 0, Infinity: 2, NaN: 3 }[value] ?? 1
}

/** Of one scale, so that the digits without the point compare as integers. */
function compareDigits(a: string, b: string): number {
  const [x, y] = [BigInt(a.replace('.', '')), BigInt(b.replace('.', ''))]
  return x < y ? -1 : x > y ? 1 : 0
}

/** -infinity, before Christ, common era, infinity. */
function dateRank(value: string): number {
  if (value === '-infinity') return 0
  if (value === 'infinity') return 3
  return value.endsWith(' BC') ? 1 : 2
}

function compareDates(a: string, b: string): number {
  const [yearA, restA] = dateParts(a)
  const [yearB, restB] = dateParts(b)
  return yearA - yearB || (restA < restB ? -1 : 1)
}

/** A year before Christ is negative; a fraction follows the seconds only where there is one, so text orders the rest. */
function dateParts(value: string): [number, string] {
  const beforeChrist = value.endsWith(' BC')
  const text = beforeChrist ? value.slice(0, -3) : value
  const dash = text.indexOf('-')
  const year = Number(text.slice(0, dash))
  return [beforeChrist ? -year : year, text.slice(dash)]
}
