import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@dbsnap/test-servers'
import { withClient } from '../src/bench-server.ts'
import { CHANGED_FACTS, changeFacts, createLargeDatabase } from '../src/large-database.ts'
import type { DbsnapRun } from '../src/run-dbsnap.ts'
import { dbsnapOn, peakLine } from './peak-line.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'

const SETTINGS = {
  shared_buffers: '512MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '8GB',
  autovacuum: 'off',
  // A table that is made takes four locks until the end of its transaction; there are 10 000.
  max_locks_per_transaction: '1024',
}

/** Take, take again, diff, export and restore of a database of `gigabytes`, each by the command line. */
export function memoryProof(gigabytes: number): Proof {
  return {
    name: `memory-${gigabytes}g`,
    run: (options) => proveMemory(gigabytes, options),
  }
}

async function* proveMemory(gigabytes: number, options: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
  await using opened = new AsyncDisposableStack()
  const place = opened.adopt(await mkdtemp(join(tmpdir(), 'dbsnap-memory-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  const server = await startPostgres({ version: 15, settings: SETTINGS })
  opened.defer(() => server.stop())
  const url = await server.createDatabase('large')
  const shape = await withClient(url, (client) => createLargeDatabase(client, gigabytes * 1e9))
  options.say(`made ${JSON.stringify(shape)}`)
  const run = dbsnapOn(join(place, 'repository'), options)
  const line = (what: string, measured: DbsnapRun): ProvenLine =>
    peakLine(`peak memory, ${gigabytes} GB: ${what}`, measured)

  await run('init')
  yield line('first take', await run('take', url))
  await withClient(url, changeFacts)
  yield line('second take', await run('take', url))
  const diff = await run('diff', 'latest~1', 'latest', '--json')
  // One line is the summary.
  yield line(`diff of ${diff.lines - 1} changes`, diff)
  yield atMost('changes the diff missed', Math.abs(diff.lines - 1 - CHANGED_FACTS), 0, '', 0)
  yield line('diff against the live database', await run('diff', 'latest~1', url, '--json'))
  for (const format of ['ndjson', 'sql']) {
    const exported = await run('export', 'latest', '--format', format)
    yield line(`export as ${format} (${(exported.bytes / 1e9).toFixed(2)} GB)`, exported)
  }
  await withClient(server.url(), (client) => client.query('drop database large'))
  const target = await server.createDatabase('restored')
  yield line('restore', await run('restore', 'latest', '--to', target, '--yes'))
}
