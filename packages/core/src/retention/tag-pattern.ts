/** Whether a snapshot's tags fit `pattern`: `key` (whatever its value) or `key=value`. */
export function fitsTag(tags: Readonly<Record<string, string>>, pattern: string): boolean {
  const at = pattern.indexOf('=')
  if (at === -1) return Object.hasOwn(tags, pattern)
  const key = pattern.slice(0, at)
  return Object.hasOwn(tags, key) && tags[key] === pattern.slice(at + 1)
}
