import type { Json, JsonObject } from '@dbsnap/core'

/** Wrappers of canonical extended JSON as a person writes such a value; types stay told apart. */
const WRITTEN: Readonly<Record<string, (value: Json) => string>> = {
  $numberInt: String,
  $numberDouble: String,
  $numberLong: (value) => `Long(${value})`,
  $numberDecimal: (value) => `Decimal128(${value})`,
  $oid: (value) => `ObjectId(${value})`,
  $date: dateText,
}

/** Milliseconds that a date of JavaScript can hold. */
const LONGEST_DATE = 8.64e15

/** A value of a document without the wrappers of extended JSON; undefined where it is none. */
export function documentValue(content: Json): string | undefined {
  if (!isObject(content)) return undefined
  const [[name, value] = ['', null], ...more] = Object.entries(content)
  return more.length === 0 && Object.hasOwn(WRITTEN, name) ? WRITTEN[name]?.(value) : undefined
}

/** JSON in which such values are written so, within objects and lists too. */
export function documentText(content: Json): string {
  const written = documentValue(content)
  if (written !== undefined) return written
  if (Array.isArray(content)) return `[${content.map(documentText).join(',')}]`
  if (!isObject(content)) return JSON.stringify(content)
  const members = Object.entries(content).map(([name, value]) => `${JSON.stringify(name)}:${documentText(value)}`)
  return `{${members.join(',')}}`
}

function isObject(content: Json): content is JsonObject {
  return typeof content === 'object' && content !== null && !Array.isArray(content)
}

function dateText(value: Json): string {
  const milliseconds = Number(isObject(value) ? value.$numberLong : Number.NaN)
  return Math.abs(milliseconds) <= LONGEST_DATE
    ? new Date(milliseconds).toISOString()
    : `Date(${JSON.stringify(value)})`
}
