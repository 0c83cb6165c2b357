import type { Measures, Spread } from './figures.ts'
import { type RatioName, type Ratios, ratioDefinition, ratioNames } from './ratios.ts'

/** Markdown: a row for each thing measured. */
export function measuresTable(measures: Measures): string {
  const header = ['measured', 'seconds', 'min-max', 'process s', 'CPU s', 'peak MB', 'stored MB']
  const rows = Object.entries(measures).map(([name, measure]) => [
    name,
    measure.seconds.median.toFixed(2),
    `${measure.seconds.min.toFixed(2)}-${measure.seconds.max.toFixed(2)}`,
    median(measure.processSeconds, 1, 2),
    median(measure.cpuSeconds, 1, 2),
    median(measure.peakBytes, 1e6, 0),
    median(measure.storedBytes, 1e6, 3),
  ])
  return table(header, rows)
}

/** Markdown: the ratios. */
export function ratiosTable(ratios: Ratios): string {
  const rows = ratioNames.flatMap((name) => {
    const value = ratios[name]
    return value === undefined ? [] : [[ratioDefinition(name).title, shownRatio(name, value)]]
  })
  return table(['ratio of medians', ''], rows)
}

export function shownRatio(name: RatioName, value: number): string {
  return ratioDefinition(name).percent ? `${(value * 100).toFixed(2)} %` : value.toFixed(3)
}

function median(spread: Spread | undefined, unit: number, digits: number): string {
  return spread === undefined ? '' : (spread.median / unit).toFixed(digits)
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
