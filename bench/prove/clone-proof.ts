import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../src/run-process.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Seconds in which the demo must have told its story. */
const STORY_SECONDS = 60

/** The two commands of the README on a fresh clone of what is committed. */
export const cloneProof: Proof = {
  name: 'clone',
  async *run({ say, signal }: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
    const place = await mkdtemp(join(tmpdir(), 'dbsnap-clone-'))
    const clone = join(place, 'dbsnap')
    const inClone = (command: string) => runProcess('bash', ['-c', `cd "$1" && ${command}`, 'clone', clone], { signal })
    try {
      await runProcess('git', ['clone', '--quiet', ROOT, clone], { signal })
      const { seconds: install } = await inClone('npm install')
      say(`npm install: ${install.toFixed(0)} s`)
      const demo = await inClone('npm run demo')
      yield atMost('on a fresh clone, npm run demo tells the story', demo.seconds, STORY_SECONDS, 's', 0)
      const test = await inClone('npm test')
      const counts = /Tests\s+(.*)/.exec(test.stdout)?.[1] ?? 'nothing counted'
      yield {
        claim: 'on a fresh clone, npm test passes everything',
        figure: counts,
        bound: 'all',
        holds: /passed/.test(counts) && !/failed|skipped/.test(counts),
      }
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  },
}
