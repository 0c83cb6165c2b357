/** A table of text with aligned columns; the names in `right` are aligned to the right. Colours do not count as width. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => width(row[i] ?? ''))))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => {
        const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(cell)))
        return right.includes(head[i] ?? '') ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  return `${[line(head), ...rows.map(line)].join('\n')}\n`
}

const ESCAPE = '\u001b'

function width(text: string): number {
  let count = 0
  let hidden = false
  for (const character of text) {
    if (character === ESCAPE) hidden = true
    else if (!hidden) count++
    else if (character === 'm') hidden = false
  }
  return count
}
