/** A name for statements. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** A text for statements, under our own `sql_mode`, where a backslash escapes. */
export function quoteText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`
}
