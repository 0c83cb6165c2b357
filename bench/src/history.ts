import { appendFile, readFile } from 'node:fs/promises'
import type { Measures } from './figures.ts'
import type { Machine } from './machine.ts'
import type { Ratios } from './ratios.ts'

/** One run, as a line of the history. */
export interface HistoryEntry {
  readonly date: string
  readonly machine: Machine
  readonly kind: 'orders' | 'size'
  readonly scale: number
  readonly runs: number
  /** Load average before the run: above 0.5, others were busy too. */
  readonly load: number
  readonly tools: Readonly<Record<string, string>>
  readonly ratios: Ratios
  /** Medians, rounded. */
  readonly measures: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** All entries, oldest first. A history that is not there yet is empty. */
export async function readHistory(file: string | URL): Promise<HistoryEntry[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

export function appendHistory(file: string | URL, entry: HistoryEntry): Promise<void> {
  return appendFile(file, `${JSON.stringify(entry)}\n`)
}

/** Four significant digits tell all that a measurement knows. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** Of every measure the median of each quantity. */
export function mediansOf(measures: Measures): HistoryEntry['measures'] {
  return Object.fromEntries(
    Object.entries(measures).map(([name, measure]) => [
      name,
      Object.fromEntries(Object.entries(measure).map(([quantity, { median }]) => [quantity, rounded(median)])),
    ]),
  )
}

export function roundedRatios(ratios: Ratios): Ratios {
  return Object.fromEntries(Object.entries(ratios).map(([name, value]) => [name, rounded(value)]))
}
