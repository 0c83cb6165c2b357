import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLargeEngine } from '../src/large-engine.ts'
import type { DbsnapRun } from '../src/run-dbsnap.ts'
import { dbsnapOn, peakLine } from './peak-line.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'

/** Take, take again, diff and restore of a database of `gigabytes`, each by the command line. */
export function engineMemoryProof(engine: 'mysql' | 'mongodb', gigabytes = 2): Proof {
  return {
    name: `${engine}-memory`,
    run: (options) => proveMemory(engine, gigabytes, options),
  }
}

async function* proveMemory(
  engine: 'mysql' | 'mongodb',
  gigabytes: number,
  options: ProofOptions,
): AsyncGenerator<ProvenLine, void, undefined> {
  await using opened = new AsyncDisposableStack()
  const place = opened.adopt(await mkdtemp(join(tmpdir(), 'dbsnap-memory-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  const large = opened.use(await openLargeEngine(engine, gigabytes * 1e9))
  options.say(`made ${JSON.stringify(large.shape)}`)
  const run = dbsnapOn(join(place, 'repository'), options)
  const line = (what: string, measured: DbsnapRun): ProvenLine =>
    peakLine(`peak memory, ${engine}, ${gigabytes} GB: ${what}`, measured)

  await run('init')
  yield line('first take', await run('take', large.url))
  const changed = await large.change()
  yield line('second take', await run('take', large.url))
  const diff = await run('diff', 'latest~1', 'latest', '--json')
  // One line is the summary.
  yield line(`diff of ${diff.lines - 1} changes`, diff)
  yield atMost(`${engine}: changes the diff missed`, Math.abs(diff.lines - 1 - changed), 0, '', 0)
  const target = await large.replaceByEmpty()
  yield line('restore', await run('restore', 'latest', '--to', target, '--yes'))
}
