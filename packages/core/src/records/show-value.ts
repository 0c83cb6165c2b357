import type { Column } from '../values/collection.ts'
import type { Json } from '../values/json.ts'
import { decodeText } from './decode-text.ts'

/**
 * A value as people and programs see it: NULL as null, by the column's shape a number or a boolean (`t` and `f`), and
 * everything else as the engine's own text. A text that is no number or boolean after all, or a number that JSON
 * would round, stays text.
 */
export function showValue(value: Buffer | null, column: Column, encoding: string): Json {
  return value === null ? null : showText(decodeText(value, encoding), column)
}

/** As `showValue`, of a text that was decoded. */
export function showText(text: string, column: Column): Json {
  if (column.shape === 'boolean' && (text === 't' || text === 'f')) return text === 't'
  if (column.shape === 'number' && String(Number(text)) === text && Number.isFinite(Number(text))) return Number(text)
  return text
}
