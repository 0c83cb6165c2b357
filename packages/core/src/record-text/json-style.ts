import { unescapedByte } from '../records/unescape-copy-text.ts'
import type { Column } from '../values/collection.ts'
import type { Json } from '../values/json.ts'
import type { TextSink } from './text-sink.ts'
import { plainBytes, type TextStyle } from './text-style.ts'

const BACKSLASH = 0x5c
const QUOTE = 0x22
const CONTROLS = Array.from({ length: 0x20 }, (_, byte) => byte)
const PLAIN = plainBytes(...CONTROLS, QUOTE)

/** What `JSON.stringify` makes of each byte that it does not leave alone; undefined for the others. */
const ESCAPES = Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH
    ? Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1))
    : undefined,
)
/** Bytes of the longest of them. */
const LONGEST_ESCAPE = 6
/** Bytes of a text for which room is made at a time: all of a large one at once would take six times its size. */
const STRIDE = 4096

/** Records as JSON objects, the same text as `JSON.stringify` gives. */
export function jsonStyle(columns: readonly Column[]): TextStyle {
  const before = columns.map(({ name }, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`))
  return {
    before,
    after: Buffer.from(columns.length === 0 ? '{}' : '}'),
    none: Buffer.from('null'),
    quote: Buffer.from('"'),
    plain: PLAIN,
    escaped: writeEscaped,
    shown: (value: Json, out: TextSink) => out.write(JSON.stringify(value)),
  }
}

function writeEscaped(source: Buffer, start: number, end: number, out: TextSink): void {
  out.ensure(1)
  out.push(QUOTE)
  for (let at = start; at < end; ) {
    const stop = Math.min(end, at + STRIDE)
    out.ensure(LONGEST_ESCAPE * (stop - at))
    while (at < stop) {
      let byte = source[at++] as number
      if (byte === BACKSLASH && at < end) byte = unescapedByte(source[at++] as number)
      const escaped = ESCAPES[byte]
      if (escaped === undefined) out.push(byte)
      else for (const part of escaped) out.push(part)
    }
  }
  out.ensure(1)
  out.push(QUOTE)
}
