import type { Json } from '../values/json.ts'
import type { TextSink } from './text-sink.ts'

/** How records are written as text: what stands around values, and how a value is written. */
export interface TextStyle {
  /** Written before the value of each column, and after the last. */
  readonly before: readonly Buffer[]
  readonly after: Buffer
  /** NULL. */
  readonly none: Buffer
  /** Around a text of plain bytes. */
  readonly quote: Buffer
  /** By byte, 1 where a text of such bytes can be copied as it is. Tab, newline and backslash are not among them. */
  readonly plain: Uint8Array
  /** Writes a text that is empty or holds other bytes: COPY text, still escaped, in UTF-8. */
  escaped(source: Buffer, start: number, end: number, out: TextSink): void
  /** Writes a value that was decoded. */
  shown(value: Json, out: TextSink): void
}

/** A table for `plain`: every byte but these and those that mean something in COPY text. */
export function plainBytes(...special: readonly number[]): Uint8Array {
  const table = new Uint8Array(256).fill(1)
  for (const byte of [0x09, 0x0a, 0x5c, ...special]) table[byte] = 0
  return table
}
