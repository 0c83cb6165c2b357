/** By character, as JSON writes them; the rest of those that move a cursor or turn text around by their number. */
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f' }

/** Control characters of what others wrote must not move a terminal's cursor, nor turn its text around. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => SHORT[character] ?? `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, '0')}`,
  )
}
