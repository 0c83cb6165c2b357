import { runResumeSuite } from '@dbsnap/repository-safety'
import { atMost, type Proof, told } from './proof.ts'

/** Plain bytes; as stored, some ten packs. */
const BYTES = 1_000_000_000
/** What both takes together may store of what one would. */
const BOUND = 1.01

/** A take into a folder whose disk fails half-way, and the take after it. */
export const resumeProof: Proof = {
  name: 'resume',
  async *run() {
    const { whole, first, second, sound } = await runResumeSuite(BYTES)
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
    yield told('a take without interruption stores', megabytes(whole))
    yield told(
      'interrupted half-way it has stored, and the next one stores',
      `${megabytes(first)}, ${megabytes(second)}`,
    )
    yield atMost(
      'an interrupted take and the next one: stored, of what one take stores',
      (first + second) / whole,
      BOUND,
      '',
      3,
    )
    yield atMost('snapshots of the second take that are not sound', sound ? 0 : 1, 0, '', 0)
  },
}
