import { ENGINE_RATIOS, type EngineFigures, type EngineRatioName, runEngineBenchmark } from '../src/engine-benchmark.ts'
import { openEngine } from '../src/open-engine.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine, told } from './proof.ts'

/** As PostgreSQL's benchmark has. */
const ORDERS = 2_000_000
/** Medians of so many rounds. */
const RUNS = 3
/** Kilobytes in which a take that stores no record keeps its manifest and its index. */
const MANIFEST_KILOBYTES = 16

type Bounds = readonly (readonly [claim: string, EngineRatioName, bound: number])[]

/** Ratios within one run, by the programs that an issue names. */
const BOUNDS = {
  mysql: [
    ['first take / bare ordered SELECT', 'firstToBare', 1.3],
    ['first take / mysqldump | restic', 'firstToRestic', 0.6],
    ['first take / mysqldump | zstd', 'firstToZstd', 1],
    ['restore up to its commit / mysql < dump', 'restoreToNative', 0.6],
    ['take when nothing changed / bare ordered SELECT', 'againToBare', 1.2],
  ],
  mongodb: [
    ['first take / mongodump --archive into nothing', 'firstToBare', 1.7],
    ['first take / mongodump | restic', 'firstToRestic', 0.8],
    ['restore up to its commit / mongorestore, four insertion workers', 'restoreToNative', 0.8],
    ['take when nothing changed / mongodump --archive into nothing', 'againToBare', 1.2],
  ],
} as const satisfies Record<string, Bounds>

/** The benchmark of the orders on MySQL, or on MongoDB, held against its bounds. `orders` is less only to try it out. */
export function engineSpeedProof(engine: keyof typeof BOUNDS, orders = ORDERS): Proof {
  return {
    name: `${engine}-speed`,
    async *run({ say, signal }: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
      const figures = await runEngineBenchmark(() => openEngine(engine, orders), { runs: RUNS, say, signal })
      yield* linesOf(engine, figures)
    },
  }
}

function* linesOf(engine: keyof typeof BOUNDS, { ratios, measures, missing }: EngineFigures): Generator<ProvenLine> {
  for (const name of missing) yield { claim: name, figure: 'not on this machine', bound: 'is there', holds: false }
  const bounds: Bounds = BOUNDS[engine]
  for (const [claim, name, bound] of bounds) yield atMost(`${engine}: ${claim}`, ratios[name], bound, '')
  const again = measures.takeAgain?.storedBytes?.max
  const kilobytes = again === undefined ? undefined : again / 1000
  yield atMost(`${engine}: stored when nothing changed, a manifest`, kilobytes, MANIFEST_KILOBYTES, 'kB', 1)
  const share = ratios.changedShare === undefined ? undefined : 100 * ratios.changedShare
  yield atMost(`${engine}: stored after 1 % random changes / first`, share, 1, '%')
  const { title } = ENGINE_RATIOS.provenRestoreToNative
  yield told(`${engine}: ${title}`, ratios.provenRestoreToNative?.toFixed(2) ?? '?')
  for (const [name, { seconds }] of Object.entries(measures)) yield told(`  ${name}`, `${seconds.median.toFixed(2)} s`)
}
