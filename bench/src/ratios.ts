import type { MeasureName, Measures, Quantity, Spread } from './figures.ts'

/** One quantity of one measure, divided by another: medians, unless it says `mean`. */
export interface RatioDefinition {
  readonly title: string
  readonly of: readonly [MeasureName, Quantity, ('mean' | 'median')?]
  readonly to: readonly [MeasureName, Quantity]
  /** Shown as a share of a hundred. */
  readonly percent?: true
  /**
   * By how much it may be worse than in the history beside the 5 %, because 5 % of a tiny value is noise. Absent: another
   * tool's, shown and not compared.
   */
  readonly slack?: number
}

/** 2 % of a bare read: the medians of five runs on a quiet machine move by less. */
const TIME_SLACK = 0.02
/** 0.05 % of the first snapshot: sealing and packing cost a few hundred bytes more or less each time. */
const SIZE_SLACK = 0.0005

/** The product of the benchmark. Less is better in all. */
export const RATIOS = {
  firstToBare: time('first take / bare COPY', 'takeFirst', 'bareCopy'),
  firstToRestic: time('first take / pg_dump | restic, first', 'takeFirst', 'resticFirst'),
  againToBare: time('nothing changed / bare COPY', 'takeAgain', 'bareCopy'),
  againToRestic: time('nothing changed / pg_dump | restic, again', 'takeAgain', 'resticAgain'),
  clusteredToBare: time('clustered rows changed / bare COPY', 'takeClustered', 'bareCopy'),
  randomToBare: time('random rows changed / bare COPY', 'takeRandom', 'bareCopy'),
  storedToRestic: {
    title: 'stored by the first take / by restic',
    of: ['takeFirst', 'storedBytes'],
    to: ['resticFirst', 'storedBytes'],
    slack: 0.005,
  },
  clusteredShare: share('clustered rows changed, stored / first', 'takeClustered', 'takeFirst', SIZE_SLACK),
  randomShare: share('random rows changed, stored / first', 'takeRandom', 'takeFirst', SIZE_SLACK),
  seriesShare: {
    ...share(
      'random rows changed many times in a row, average stored / first',
      'seriesNext',
      'seriesFirst',
      SIZE_SLACK,
    ),
    of: ['seriesNext', 'storedBytes', 'mean'],
  },
  resticClusteredShare: share('the same of restic: clustered', 'resticClustered', 'resticFirst'),
  resticRandomShare: share('the same of restic: random', 'resticRandom', 'resticFirst'),
  diffClusteredToBare: time('diff, clustered / bare COPY', 'diffClustered', 'bareCopy'),
  diffRandomToBare: time('diff, random / bare COPY', 'diffRandom', 'bareCopy'),
  diffScatteredToBare: time('diff, 10 changes / bare COPY', 'diffScattered', 'bareCopy'),
  diffLiveToBare: time('diff against the live database / bare COPY', 'diffLive', 'bareCopy'),
  restoreToPgRestore: time('restore with its proof / pg_restore -j2', 'restore', 'pgRestore'),
  restoreWithoutProofToPgRestore: time('restore up to its commit / pg_restore -j2', 'restoreWithoutProof', 'pgRestore'),
} as const satisfies Record<string, RatioDefinition>

export type RatioName = keyof typeof RATIOS
/** Those whose two sides were measured. */
export type Ratios = { readonly [Name in RatioName]?: number }

export const ratioNames = Object.keys(RATIOS) as RatioName[]

/** A definition by its name, without the literal types. */
export function ratioDefinition(name: RatioName): RatioDefinition {
  return RATIOS[name]
}

/** All ratios that the measures allow. */
export function ratiosOf(measures: Measures): Ratios {
  const entries = ratioNames.flatMap((name) => {
    const { of, to } = ratioDefinition(name)
    const above = spread(measures, of)
    const below = spread(measures, to)
    return above === undefined || below === undefined ? [] : [[name, above[of[2] ?? 'median'] / below.median]]
  })
  return Object.fromEntries(entries)
}

function spread(
  measures: Measures,
  [name, quantity]: readonly [MeasureName, Quantity, ...unknown[]],
): Spread | undefined {
  return measures[name]?.[quantity]
}

function time(title: string, of: MeasureName, to: MeasureName): RatioDefinition {
  return { title, of: [of, 'seconds'], to: [to, 'seconds'], slack: TIME_SLACK }
}

function share(title: string, of: MeasureName, to: MeasureName, slack?: number): RatioDefinition {
  return {
    title,
    of: [of, 'storedBytes'],
    to: [to, 'storedBytes'],
    percent: true,
    ...(slack === undefined ? {} : { slack }),
  }
}
