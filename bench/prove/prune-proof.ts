import { runPruneTorture } from '@dbsnap/repository-safety'
import { atLeast, atMost, type Proof, told } from './proof.ts'

const MINUTES = 10
/** Prunes that said something, between two lines about how it goes. */
const EVENTS_PER_LINE = 500

/** Two writers and two prunes on one repository, with leases and grace of seconds, killed and suspended again and again. */
export const pruneProof: Proof = {
  name: 'prune',
  async *run({ say, signal }) {
    let events = 0
    const result = await runPruneTorture({
      end: AbortSignal.any([signal, AbortSignal.timeout(MINUTES * 60_000)]),
      onEvent: (name, event) => {
        if (event.event === 'lost') say(`${name}: ${event.why}`)
        if (++events % EVENTS_PER_LINE === 0) say(`${events} events`)
      },
    })
    yield told(`takes in ${MINUTES} minutes`, String(result.takes))
    yield told('prunes', String(result.prunes))
    yield atLeast('prunes that deleted packs', result.deleting, 100)
    yield atLeast('prunes that found packs needed which a running take had reused', result.sparing, 50)
    yield atLeast('times that a source was forgotten, with what its running take rests on', result.forgottenParents, 50)
    for (const work of ['takes', 'prunes'] as const) {
      yield atLeast(`${work} killed`, result.killed[work], 1)
      yield atLeast(`${work} suspended past their lease and resumed`, result.resumed[work], 1)
      yield atLeast(`of those, ${work} that ended with STORE_FAILED`, result.resumedRefused[work], 1)
    }
    yield told('takes and prunes that were refused, all in all', String(result.refused))
    yield atLeast('snapshots that are left, and read', result.left, 1)
    for (const failure of result.failures) say(failure)
    yield atMost('snapshots lost, checks not clean, packs left that nothing needs', result.failures.length, 0, '', 0)
  },
}
