import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@dbsnap/test-servers'
import { withClient } from '../src/bench-server.ts'
import { makeManyObjects } from '../src/many-objects.ts'
import { runWorker } from '../src/run-worker.ts'
import { dbsnapOn, peakLine } from './peak-line.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'

const OBJECTS = 20_000_000
/** Seconds in which such a repository is opened, and finds a first object. */
const OPEN_SECONDS = 1
/** Megabytes that what looks at every object may have. */
const WHOLE_MEGABYTES = 512

/** Everything in a repository of 20 000 000 objects, but for the opening by the command line. */
export const manyObjectsProof: Proof = {
  name: 'many-objects',
  run: (options) => proveManyObjects(options),
}

async function* proveManyObjects(options: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
  const { say, signal } = options
  await using opened = new AsyncDisposableStack()
  const place = opened.adopt(await mkdtemp(join(tmpdir(), 'dbsnap-many-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  const repository = join(place, 'repository')
  const made = await makeManyObjects(repository, OBJECTS, signal)
  say(`made in ${made.seconds.toFixed(0)} s`)
  const run = dbsnapOn(repository, options)
  const { seconds } = await runWorker({ kind: 'open', repository }, { signal })
  yield atMost('20 000 000 objects: seconds to open and read a first object', seconds, OPEN_SECONDS, 's')
  const diff = await run('diff', 'many:latest~1', 'many:latest', '--json')
  yield peakLine(`20 000 000 objects: peak memory, diff of ${diff.lines - 1} changes`, diff)
  const server = await startPostgres({ version: 15 })
  opened.defer(() => server.stop())
  const url = await server.createDatabase('beside')
  await withClient(url, (client) =>
    client.query(`create table orders (id int primary key, note text);
      insert into orders select i, md5(i::text) || repeat(sha256(i::text::bytea)::text, 20) from generate_series(1, 100000) i`),
  )
  yield peakLine('20 000 000 objects: peak memory, take', await run('take', url, '--source', 'beside'))
  const target = await server.createDatabase('restored')
  const restored = await run('restore', 'beside:latest', '--to', target, '--yes')
  yield peakLine('20 000 000 objects: peak memory, restore', restored)
  const whole = async (...command: string[]): Promise<ProvenLine> => {
    const { peakBytes, exitCode } = await run(...command, '--json')
    // Damage, which a check reports by its exit code, is no peak that holds.
    const megabytes = exitCode === 0 ? peakBytes / 1024 ** 2 : Number.POSITIVE_INFINITY
    return atMost(`20 000 000 objects: peak memory, ${command[0]}`, megabytes, WHOLE_MEGABYTES, 'MB', 0)
  }
  yield await whole('stats')
  await run('forget', 'many:latest', '--yes')
  yield await whole('prune', '--grace', '0')
  yield await whole('check')
}
