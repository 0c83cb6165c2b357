import type { KeyBuffer } from '../key-encoding.ts'
import { decodeDecimal128 } from './decimal128.ts'

/**
 * Numbers of the four types in one order: exact values are compared, as the server does, so that Int32 1, Long 1,
 * Double 1 and Decimal128 1.00 have one encoding.
 *
 * First byte: 10 NaN (below every number), 20 -infinity, 30 negative, 40 zero, 50 positive, 60 infinity. A number that is
 * neither is 0.DDDD · 10^e with a first digit that is not 0: then e + 32768 (u16, big-endian), the digits in pairs, each
 * pair as its value + 1, the last one filled with 0, trailing zeros left out; then 00. Negative: all after the first
 * byte inverted.
 */
const NAN = 0x10
const NEGATIVE_INFINITY = 0x20
const NEGATIVE = 0x30
const ZERO = 0x40
const POSITIVE = 0x50
const INFINITY = 0x60
const EXPONENT_BIAS = 32768

/** Digits of the integer that is being encoded, the lowest first. */
const digits = new Uint8Array(20)

/** Appends an integer that a double holds exactly, without making a string. */
export function encodeSafeInteger(out: KeyBuffer, value: number): void {
  if (value === 0) return out.byte(ZERO)
  let count = 0
  for (let rest = Math.abs(value); rest >= 1; rest = Math.floor(rest / 10)) digits[count++] = rest % 10
  let last = 0
  while (digits[last] === 0) last++
  const flip = begin(out, value < 0, count, count)
  for (let i = count - 1; i >= last; i -= 2) {
    const low = i - 1 >= last ? (digits[i - 1] as number) : 0
    out.byte((10 * (digits[i] as number) + low + 1) ^ flip)
  }
  out.byte(flip)
}

/** Appends a 64-bit integer. */
export function encodeLong(out: KeyBuffer, value: bigint): void {
  const small = Number(value)
  if (Number.isSafeInteger(small)) return encodeSafeInteger(out, small)
  const text = String(value < 0n ? -value : value)
  encodeDigits(out, value < 0n, text, text.length)
}

/** Appends a double, by its exact value: 0.1 is a little more than Decimal128 0.1. */
export function encodeDouble(out: KeyBuffer, value: number): void {
  if (Number.isSafeInteger(value)) return encodeSafeInteger(out, value)
  if (Number.isNaN(value)) return out.byte(NAN)
  if (!Number.isFinite(value)) return out.byte(value < 0 ? NEGATIVE_INFINITY : INFINITY)
  // value = mantissa · 2^-shift, so its digits are those of mantissa · 5^shift.
  let mantissa = Math.abs(value)
  let shift = 0
  for (; !Number.isInteger(mantissa); shift++) mantissa *= 2
  const text = String(BigInt(mantissa) * 5n ** BigInt(shift))
  encodeDigits(out, value < 0, text, text.length - shift)
}

/** Appends the Decimal128 at `start`. */
export function encodeDecimal128(out: KeyBuffer, bytes: Buffer, start: number): void {
  const value = decodeDecimal128(bytes, start)
  if (value.kind === 'nan') return out.byte(NAN)
  if (value.kind === 'infinite') return out.byte(value.negative ? NEGATIVE_INFINITY : INFINITY)
  if (value.digits === '0') return out.byte(ZERO)
  encodeDigits(out, value.negative, value.digits, value.digits.length + value.exponent)
}

/** 0.`text` · 10^`exponent`; `text` begins with no 0. */
function encodeDigits(out: KeyBuffer, negative: boolean, text: string, exponent: number): void {
  let end = text.length
  while (text[end - 1] === '0') end--
  const flip = begin(out, negative, exponent, end)
  for (let i = 0; i < end; i += 2) out.byte((Number(text.slice(i, Math.min(i + 2, end)).padEnd(2, '0')) + 1) ^ flip)
  out.byte(flip)
}

/** Appends sign and exponent; returns what the bytes after them are inverted with. */
function begin(out: KeyBuffer, negative: boolean, exponent: number, length: number): number {
  const flip = negative ? 0xff : 0
  const biased = exponent + EXPONENT_BIAS
  out.reserve(4 + length)
  out.byte(negative ? NEGATIVE : POSITIVE)
  out.byte((biased >>> 8) ^ flip)
  out.byte((biased & 0xff) ^ flip)
  return flip
}
