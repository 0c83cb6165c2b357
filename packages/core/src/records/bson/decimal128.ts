const BIAS = 6176
const LARGEST = 10n ** 34n - 1n

/** A Decimal128: `coefficient` · 10^`exponent`, or what is no number. A zero keeps its sign and exponent. */
export type Decimal128 =
  | { readonly kind: 'nan' }
  | { readonly kind: 'infinite'; readonly negative: boolean }
  | {
      readonly kind: 'finite'
      readonly negative: boolean
      /** Digits without leading zeros; `0` for zero. */
      readonly digits: string
      readonly exponent: number
    }

/** Reads the 16 bytes at `start` (IEEE 754-2008, binary integer decimal, little-endian). */
export function decodeDecimal128(bytes: Buffer, start: number): Decimal128 {
  const high = bytes.readBigUInt64LE(start + 8)
  const negative = high >> 63n === 1n
  const combination = Number((high >> 58n) & 0x1fn)
  if (combination === 0x1f) return { kind: 'nan' }
  if (combination === 0x1e) return { kind: 'infinite', negative }
  const isLarge = combination >= 0x18
  const exponent = Number((high >> (isLarge ? 47n : 49n)) & 0x3fffn) - BIAS
  const coefficient = ((high & 0x1ffffffffffffn) << 64n) | bytes.readBigUInt64LE(start)
  // More than 34 digits is no canonical form and means zero.
  const digits = isLarge || coefficient > LARGEST ? '0' : String(coefficient)
  return { kind: 'finite', negative, digits, exponent }
}

/** The text that extended JSON gives to a Decimal128: one text for each value and exponent. */
export function decimal128Text(value: Decimal128): string {
  if (value.kind === 'nan') return 'NaN'
  const sign = value.negative ? '-' : ''
  if (value.kind === 'infinite') return `${sign}Infinity`
  const { digits, exponent } = value
  const scientific = digits.length - 1 + exponent
  if (exponent > 0 || scientific < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    return `${sign}${digits[0]}${fraction}E${scientific < 0 ? '' : '+'}${scientific}`
  }
  if (exponent === 0) return sign + digits
  const padded = digits.padStart(1 - exponent, '0')
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
