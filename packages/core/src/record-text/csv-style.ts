import { unescapedByte } from '../records/unescape-copy-text.ts'
import type { Column } from '../values/collection.ts'
import type { Json } from '../values/json.ts'
import type { TextSink } from './text-sink.ts'
import { plainBytes, type TextStyle } from './text-style.ts'

const BACKSLASH = 0x5c
const QUOTE = 0x22
const COMMA = 0x2c
const NEWLINE = 0x0a
const RETURN = 0x0d
const PLAIN = plainBytes(QUOTE, COMMA, RETURN)
/** Bytes of a text for which room is made at a time. */
const STRIDE = 4096

/** Records as lines of CSV (RFC 4180). NULL is empty, an empty text is `""`. */
export function csvStyle(columns: readonly Column[]): TextStyle {
  return {
    before: columns.map((_, i) => Buffer.from(i === 0 ? '' : ',')),
    after: Buffer.from('\r\n'),
    none: Buffer.alloc(0),
    quote: Buffer.alloc(0),
    plain: PLAIN,
    escaped: writeEscaped,
    shown: (value, out) => out.write(csvField(value)),
  }
}

/** A value, or a name in the header. */
export function csvField(value: Json): string {
  if (value === null) return ''
  const text = String(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function writeEscaped(source: Buffer, start: number, end: number, out: TextSink): void {
  const quoted = needsQuotes(source, start, end)
  out.ensure(1)
  if (quoted) out.push(QUOTE)
  for (let at = start; at < end; ) {
    const stop = Math.min(end, at + STRIDE)
    out.ensure(2 * (stop - at))
    while (at < stop) {
      let byte = source[at++] as number
      if (byte === BACKSLASH && at < end) byte = unescapedByte(source[at++] as number)
      if (byte === QUOTE) out.push(QUOTE)
      out.push(byte)
    }
  }
  out.ensure(1)
  if (quoted) out.push(QUOTE)
}

function needsQuotes(source: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    let byte = source[at] as number
    if (byte === BACKSLASH && at + 1 < end) byte = unescapedByte(source[++at] as number)
    if (byte === QUOTE || byte === COMMA || byte === NEWLINE || byte === RETURN) return true
  }
  return start === end
}
