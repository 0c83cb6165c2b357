/** A name as an SQL identifier, always in quotes: right for every name on every server version. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
