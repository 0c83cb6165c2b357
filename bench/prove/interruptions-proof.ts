import { type InterruptionResult, runForgetfulSuite, runKillSuite } from '@dbsnap/repository-safety'
import { atLeast, atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'

const INTERRUPTIONS = 200
/** Plain bytes of each take. */
const BYTES = 200_000_000
/** While each of packs, index and manifest are being written. */
const LEAST_PER_PHASE = 15

/** Processes killed all over a take, into one repository in a folder. */
export const killsProof: Proof = {
  name: 'kills',
  run: (options) =>
    prove('killed', options, (onProgress) => runKillSuite({ ...SIZE, kills: INTERRUPTIONS, onProgress })),
}

/** The same on a disk that forgets what was not synced. */
export const forgetfulProof: Proof = {
  name: 'forgetful',
  run: (options) =>
    prove('power lost', options, (onProgress) => runForgetfulSuite({ ...SIZE, crashes: INTERRUPTIONS, onProgress })),
}

const SIZE = { bytes: BYTES }

async function* prove(
  what: string,
  { say }: ProofOptions,
  run: (onProgress: (done: number) => void) => Promise<InterruptionResult>,
): AsyncGenerator<ProvenLine, void, undefined> {
  const result = await run((done) => {
    if (done % 20 === 0) say(`${done} of ${INTERRUPTIONS}`)
  })
  const during = `${what} during a take of ${BYTES / 1e6} MB`
  yield atLeast(`${during}: times`, result.kills, INTERRUPTIONS)
  yield atLeast(`${during}: while packs were written`, result.duringPacks, LEAST_PER_PHASE)
  yield atLeast(`${during}: while the index was written`, result.duringIndex, LEAST_PER_PHASE)
  yield atLeast(`${during}: while the manifest was written`, result.duringManifest, LEAST_PER_PHASE)
  yield atLeast(`${during}: next takes that reused what was left`, result.reused, 1)
  for (const failure of result.failures) say(failure)
  yield atMost(`${what}: snapshots lost, half or not reused`, result.failures.length, 0, '', 0)
}
