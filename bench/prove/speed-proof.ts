import type { MeasureName } from '../src/figures.ts'
import { type OrdersFigures, runOrdersBenchmark } from '../src/orders-benchmark.ts'
import type { RatioName } from '../src/ratios.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine, told } from './proof.ts'

/** Medians of so many rounds. */
const RUNS = 5
/** Snapshots in a row, with other random rows changed before each. */
const SNAPSHOTS = 30

/** Ratios against a bare read and the peers' tools in the same run. */
const RATIO_BOUNDS: readonly (readonly [claim: string, RatioName, bound: number])[] = [
  ['first take / bare ordered COPY', 'firstToBare', 1.3],
  ['first take / pg_dump | restic', 'firstToRestic', 0.8],
  ['take when nothing changed / bare ordered COPY', 'againToBare', 1.1],
  ['stored by the first take / by restic', 'storedToRestic', 1.05],
  // `pg_restore` ends where the records are there; the diff that proves ours is told beside it.
  ['restore up to its commit / pg_restore -j2', 'restoreWithoutProofToPgRestore', 0.9],
]

/** Shares of the first snapshot's size. */
const SHARE_BOUNDS: readonly (readonly [claim: string, RatioName, percent: number, beside?: RatioName])[] = [
  ['stored after 20 000 clustered changes / first', 'clusteredShare', 1, 'resticClusteredShare'],
  ['stored after 20 000 random changes / first', 'randomShare', 1, 'resticRandomShare'],
  [`${SNAPSHOTS} random snapshots in a row, each on average / first`, 'seriesShare', 2],
]

const SECONDS_BOUNDS: readonly (readonly [claim: string, MeasureName, seconds: number])[] = [
  ['diff of the clustered pair', 'diffClustered', 0.3],
  ['diff of the random pair', 'diffRandom', 2],
  ['diff of 10 scattered changes', 'diffScattered', 0.2],
]

/** The orders benchmark at full size, held against its bounds. */
export const speedProof: Proof = {
  name: 'speed',
  async *run({ say, signal }: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
    yield* linesOf(await runOrdersBenchmark({ runs: RUNS, snapshots: SNAPSHOTS, onProgress: say, signal }))
  },
}

function* linesOf({ ratios, measures, missing }: OrdersFigures): Generator<ProvenLine> {
  for (const name of missing) yield { claim: name, figure: 'not on this machine', bound: 'is there', holds: false }
  for (const [claim, name, bound] of RATIO_BOUNDS) yield atMost(claim, ratios[name], bound, '')
  for (const [claim, name, bound, beside] of SHARE_BOUNDS) {
    yield atMost(claim, percent(ratios[name]), bound, '%')
    if (beside !== undefined) yield told('  restic, the same', `${percent(ratios[beside])?.toFixed(2) ?? '?'} %`)
  }
  for (const [claim, name, bound] of SECONDS_BOUNDS) yield atMost(claim, measures[name]?.seconds.median, bound, 's', 3)
  yield told('restore with the diff that proves it / pg_restore -j2', ratios.restoreToPgRestore?.toFixed(2) ?? '?')
  yield told('diff against the live database', `${measures.diffLive?.seconds.median.toFixed(2) ?? '?'} s`)
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share
}
