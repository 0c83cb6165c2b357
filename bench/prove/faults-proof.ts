import { CRASHED_OPERATIONS, runBitFlipSuite, runCrashSuite } from '@dbsnap/repository-safety'
import { atLeast, atMost, type Proof, type ProofOptions, type ProvenLine, told } from './proof.ts'

/** Bits turned over in each file, and twice as many again at the end of each pack. */
const BITS_PER_FILE = 120

/** A crash at every call of every operation, and flipped bits in every kind of file: each injected fault is counted. */
export const faultsProof: Proof = {
  name: 'faults',
  async *run(options) {
    yield* crashes(options)
    yield* flippedBits(options)
  },
}

async function* crashes({ say }: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
  const { faults, failures } = await runCrashSuite({ onProgress: (operation, fired) => say(`${operation}: ${fired}`) })
  for (const operation of CRASHED_OPERATIONS) {
    const fired = faults.get(operation) ?? 0
    yield atLeast(`${operation}: crashed at every call, faults`, fired, 1)
  }
  for (const failure of failures) say(failure)
  yield atMost('crashes after which a check was not clean, or a second run failed', failures.length, 0, '', 0)
}

async function* flippedBits({ say }: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
  const { flips, refused, unharmed, failures } = await runBitFlipSuite({
    bitsPerFile: BITS_PER_FILE,
    onProgress: (done) => {
      if (done % 100 === 0) say(`${done} bits`)
    },
  })
  for (const [folder, count] of flips) {
    yield atLeast(`flipped bits in ${folder}, faults`, count, 1)
  }
  yield told('restores that met them: refused / unharmed', `${refused} / ${unharmed}`)
  for (const failure of failures) say(failure)
  yield atMost('flipped bits that check missed, or a restore wrote', failures.length, 0, '', 0)
}
