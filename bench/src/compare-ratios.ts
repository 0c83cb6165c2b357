import type { HistoryEntry } from './history.ts'
import type { Machine } from './machine.ts'
import { spreadOf } from './measure-log.ts'
import { type RatioName, type Ratios, ratioDefinition, ratioNames } from './ratios.ts'

/** A ratio that is worse than it was. */
export interface Regression {
  readonly name: RatioName
  /** Median of the entries compared with. */
  readonly before: number
  readonly now: number
}

/** 5 %, and the ratio's own `slack`: both must be exceeded. */
const ALLOWED = 1.05
/** Enough that one unlucky run decides nothing, few enough that an improvement soon counts. */
const ENTRIES = 5

/** The last runs of the same scale: of a machine like this one where there are any, else of all machines. */
export function baselineOf(history: readonly HistoryEntry[], scale: number, machine: Machine): HistoryEntry[] {
  const same = history.filter((entry) => entry.kind === 'orders' && entry.scale === scale)
  const here = same.filter((entry) => entry.machine.cpu === machine.cpu && entry.machine.cores === machine.cores)
  return (here.length > 0 ? here : same).slice(-ENTRIES)
}

/** Which of our ratios are worse than the median of the baseline. What either side lacks is not compared. */
export function findRegressions(ratios: Ratios, baseline: readonly HistoryEntry[]): Regression[] {
  return ratioNames.flatMap((name) => {
    const { slack } = ratioDefinition(name)
    const now = ratios[name]
    const known = baseline.map((entry) => entry.ratios[name]).filter((value) => value !== undefined)
    if (slack === undefined || now === undefined || known.length === 0) return []
    const before = spreadOf(known).median
    return now > before * ALLOWED && now > before + slack ? [{ name, before, now }] : []
  })
}
