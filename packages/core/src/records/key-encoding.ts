import type { TextKeyOrder } from '../values/collection.ts'

/**
 * The order-preserving encoding of record keys: comparing two encoded keys byte by byte gives the order in which the
 * source returns their records. A key is its components one after the other; each delimits itself.
 *
 * First byte of a component (never 0xFF, so that the escape in text is unambiguous):
 * 0x05 NULL · 0x10 -infinity · 0x20..0x3F negative · 0x40 zero · 0x41..0x60 positive · 0x62 year before Christ ·
 * 0x64 year of the common era · 0x70 infinity · 0x78 NaN · 0x80 text.
 */
export const KEY_TAGS = {
  null: 0x05,
  negativeInfinity: 0x10,
  zero: 0x40,
  infinity: 0x70,
  nan: 0x78,
  text: 0x80,
  beforeChrist: 0x62,
  commonEra: 0x64,
} as const

const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
/** Digits that fit a double exactly: the fast path of integers. */
const SAFE_DIGITS = 15
/** Digits of a year: PostgreSQL's dates end in the year 5 874 897. */
const YEAR_DIGITS = 7

/** A growing buffer into which keys are encoded one after the other; only `bytes[0, length)` is meant. */
export class KeyBuffer {
  bytes = Buffer.allocUnsafe(256)
  length = 0

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }

  /** A copy of the key that stays as it is. */
  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length))
  }
}

/** Appends the component for the value whose text is `source[start, end)`. */
export function encodeKeyPart(
  out: KeyBuffer,
  order: TextKeyOrder,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  switch (order) {
    case 'integer':
      return encodeInteger(out, source, start, end)
    case 'decimal':
      return encodeDecimal(out, source, start, end)
    case 'date':
      return encodeDate(out, source, start, end)
    case 'text':
      return encodeText(out, source, start, end)
  }
}

/** Appends the component for NULL, which sorts before every value. */
export function encodeNullKeyPart(out: KeyBuffer): void {
  out.byte(KEY_TAGS.null)
}

/** Text: 0x80, the bytes with 0x00 written as 0x00 0xFF, then 0x00. */
function encodeText(out: KeyBuffer, source: Uint8Array, start: number, end: number): void {
  out.reserve(2 * (end - start) + 2)
  out.byte(KEY_TAGS.text)
  for (let i = start; i < end; i++) {
    const byte = source[i] as number
    out.byte(byte)
    if (byte === 0) out.byte(0xff)
  }
  out.byte(0)
}

/**
 * Integer: the tag 0x40 + n (positive) or 0x40 - n (negative) where n is the count of bytes of the magnitude, then the
 * magnitude, big-endian, its bits inverted where negative. Magnitudes up to 31 bytes.
 */
function encodeInteger(out: KeyBuffer, source: Uint8Array, start: number, end: number): void {
  const negative = source[start] === MINUS
  const first = negative ? start + 1 : start
  if (end - first > SAFE_DIGITS) {
    writeMagnitude(out, bigDigits(source, first, end), negative)
    return
  }
  let value = 0
  for (let i = first; i < end; i++) value = value * 10 + ((source[i] as number) - ZERO)
  let count = 0
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 256)) count++
  out.reserve(count + 1)
  out.byte(negative ? KEY_TAGS.zero - count : KEY_TAGS.zero + count)
  const flip = negative ? 0xff : 0
  const high = Math.floor(value / 0x100000000)
  const low = value >>> 0
  for (let i = count - 1; i >= 0; i--) out.byte(((i >= 4 ? high >>> ((i - 4) * 8) : low >>> (i * 8)) & 0xff) ^ flip)
}

function bigDigits(source: Uint8Array, start: number, end: number): bigint {
  let value = 0n
  for (let i = start; i < end; i++) value = value * 10n + BigInt((source[i] as number) - ZERO)
  return value
}

function writeMagnitude(out: KeyBuffer, value: bigint, negative: boolean): void {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  out.reserve(bytes.length + 1)
  out.byte(negative ? KEY_TAGS.zero - bytes.length : KEY_TAGS.zero + bytes.length)
  const flip = negative ? 0xff : 0
  for (const byte of bytes) out.byte(byte ^ flip)
}

/**
 * Decimal of a fixed scale: like an integer of its digits without the point (equal scales keep the order), but by
 * count of digits: the tag 0x40 ± 1, then that count in two bytes, then the digits as text; inverted where negative.
 */
function encodeDecimal(out: KeyBuffer, source: Uint8Array, start: number, end: number): void {
  if (source[start] === 0x4e) return out.byte(KEY_TAGS.nan)
  const negative = source[start] === MINUS
  let first = negative ? start + 1 : start
  if (source[first] === 0x49) return out.byte(negative ? KEY_TAGS.negativeInfinity : KEY_TAGS.infinity)
  while (first < end && (source[first] === ZERO || source[first] === POINT)) first++
  let count = 0
  for (let i = first; i < end; i++) if (source[i] !== POINT) count++
  if (count === 0) return out.byte(KEY_TAGS.zero)
  out.reserve(count + 3)
  const flip = negative ? 0xff : 0
  out.byte(negative ? KEY_TAGS.zero - 1 : KEY_TAGS.zero + 1)
  out.byte((count >>> 8) ^ flip)
  out.byte((count & 0xff) ^ flip)
  for (let i = first; i < end; i++) if (source[i] !== POINT) out.byte((source[i] as number) ^ flip)
}

/**
 * Date or timestamp in ISO text: era, then the year in seven digits (counted backwards before Christ), then the rest of
 * the text, which orders itself because its fields have fixed widths and a fraction follows only where there is one;
 * then 0x00.
 */
function encodeDate(out: KeyBuffer, source: Uint8Array, start: number, end: number): void {
  const first = source[start] as number
  if (first === MINUS) return out.byte(KEY_TAGS.negativeInfinity)
  if (first < ZERO || first > NINE) return out.byte(KEY_TAGS.infinity)
  let yearEnd = start
  let year = 0
  for (; source[yearEnd] !== MINUS; yearEnd++) year = year * 10 + ((source[yearEnd] as number) - ZERO)
  const beforeChrist = source[end - 1] === 0x43
  const restEnd = beforeChrist ? end - 3 : end
  out.reserve(YEAR_DIGITS + 2 + restEnd - yearEnd)
  out.byte(beforeChrist ? KEY_TAGS.beforeChrist : KEY_TAGS.commonEra)
  const digits = String(beforeChrist ? 10 ** YEAR_DIGITS - year : year).padStart(YEAR_DIGITS, '0')
  for (let i = 0; i < YEAR_DIGITS; i++) out.byte(digits.charCodeAt(i))
  for (let i = yearEnd; i < restEnd; i++) out.byte(source[i] as number)
  out.byte(0)
}
