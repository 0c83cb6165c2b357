import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchEngine } from './bench-engine.ts'
import { type EngineMeasureName, EngineRound } from './engine-round.ts'
import type { Measure, Quantity } from './figures.ts'
import { MeasureLog } from './measure-log.ts'

export interface EngineBenchmarkOptions {
  /** Rounds, of which medians are taken. */
  readonly runs: number
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** One quantity of one measure, divided by the same of another; medians. */
interface EngineRatio {
  readonly title: string
  readonly of: EngineMeasureName
  readonly to: EngineMeasureName
  readonly quantity: Quantity
}

const time = (title: string, of: EngineMeasureName, to: EngineMeasureName): EngineRatio => ({
  ...{ title, of, to },
  quantity: 'seconds',
})

/** The product of the benchmark. Less is better in all. */
export const ENGINE_RATIOS = {
  firstToBare: time('first take / bare read', 'takeFirst', 'bareRead'),
  firstToRestic: time('first take / dump | restic', 'takeFirst', 'dumpRestic'),
  firstToZstd: time('first take / dump | zstd', 'takeFirst', 'dumpZstd'),
  againToBare: time('nothing changed / bare read', 'takeAgain', 'bareRead'),
  changedShare: { ...time('1 % random changes, stored / first', 'takeRandom', 'takeFirst'), quantity: 'storedBytes' },
  restoreToNative: time('restore up to its commit / the dump restored', 'restoreWithoutProof', 'nativeRestore'),
  provenRestoreToNative: time('restore with its proof / the dump restored', 'restore', 'nativeRestore'),
} as const satisfies Record<string, EngineRatio>

export type EngineRatioName = keyof typeof ENGINE_RATIOS

export interface EngineFigures {
  readonly measures: { readonly [Name in EngineMeasureName]?: Measure }
  /** Those whose two sides were measured. */
  readonly ratios: { readonly [Name in EngineRatioName]?: number }
  /** Programs that are missing; what they would have measured is absent above. */
  readonly missing: readonly string[]
}

/** Measures takes and restores beside the engine's own programs, on one server and the same data. Leaves nothing behind. */
export async function runEngineBenchmark(
  open: () => Promise<BenchEngine>,
  { runs, signal, say }: EngineBenchmarkOptions,
): Promise<EngineFigures> {
  await using opened = new AsyncDisposableStack()
  const place = opened.adopt(await mkdtemp(join(tmpdir(), 'dbsnap-bench-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  say('filling the database')
  const engine = opened.use(await open())
  const missing = [...engine.programs, 'zstd', 'restic'].filter((name) => !isThere(name))
  const log = new MeasureLog<EngineMeasureName>()
  for (let run = 1; run <= runs; run++) {
    say(`round ${run} of ${runs}`)
    await new EngineRound({ engine, place, run, log, missing, signal, say }).measure()
  }
  const measures = log.measures()
  const ratios = Object.entries(ENGINE_RATIOS).flatMap(([name, { of, to, quantity }]) => {
    const [above, below] = [measures[of]?.[quantity], measures[to]?.[quantity]]
    return above === undefined || below === undefined ? [] : [[name, above.median / below.median] as const]
  })
  return { measures, ratios: Object.fromEntries(ratios), missing }
}

function isThere(name: string): boolean {
  try {
    execFileSync(name, [name === 'restic' ? 'version' : '--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false // the caller says which rows are left out
  }
}
