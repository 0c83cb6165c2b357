import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder, Repository } from '@dbsnap/core'
import { startPostgres } from '@dbsnap/test-servers'
import { withClient } from '../src/bench-server.ts'
import { CHANGED_FACTS, changeFacts, createLargeDatabase } from '../src/large-database.ts'
import { runWorker, type WorkerMeasurement } from '../src/run-worker.ts'
import { BENCH_PASSPHRASE, type WorkerJob } from '../src/worker-job.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'

/** Bytes. What our process may have at its peak, whatever the size of the database. */
const PEAK_BYTES = 256e6

const SETTINGS = {
  shared_buffers: '512MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '8GB',
  autovacuum: 'off',
  // A table that is made takes four locks until the end of its transaction; there are 10 000.
  max_locks_per_transaction: '1024',
}

/** Take, take again, diff, restore and export of a database of `gigabytes`, each in a process of its own. */
export function memoryProof(gigabytes: number): Proof {
  return {
    name: `memory-${gigabytes}g`,
    run: (options) => proveMemory(gigabytes, options),
  }
}

async function* proveMemory(
  gigabytes: number,
  { say, signal }: ProofOptions,
): AsyncGenerator<ProvenLine, void, undefined> {
  await using opened = new AsyncDisposableStack()
  const place = opened.adopt(await mkdtemp(join(tmpdir(), 'dbsnap-memory-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  const server = await startPostgres({ version: 15, settings: SETTINGS })
  opened.defer(() => server.stop())
  const url = await server.createDatabase('large')
  const shape = await withClient(url, (client) => createLargeDatabase(client, gigabytes * 1e9))
  say(`made ${JSON.stringify(shape)}`)
  const repository = join(place, 'repository')
  await (await Repository.create(folder(repository), { passphrase: BENCH_PASSPHRASE })).close()
  const measure = async (job: WorkerJob): Promise<WorkerMeasurement> => {
    const measured = await runWorker(job, { signal })
    say(`${job.kind}: ${measured.seconds.toFixed(0)} s, peak ${(measured.peakBytes / 1e6).toFixed(0)} MB`)
    return measured
  }
  const line = (what: string, { peakBytes, bytes }: WorkerMeasurement): ProvenLine => {
    const size = bytes === undefined ? '' : ` (${(bytes / 1e9).toFixed(2)} GB)`
    return atMost(`peak memory, ${gigabytes} GB: ${what}${size}`, peakBytes / 1e6, PEAK_BYTES / 1e6, 'MB', 0)
  }

  const first = await measure({ kind: 'take', repository, url })
  yield line('first take', first)
  await withClient(url, changeFacts)
  const second = await measure({ kind: 'take', repository, url })
  yield line('second take', second)
  const [left, right] = [first.snapshot ?? '', second.snapshot ?? '']
  const diff = await measure({ kind: 'diff', repository, left, right: { snapshot: right } })
  yield line(`diff of ${diff.records} changes`, diff)
  yield atMost('changes the diff missed', Math.abs((diff.records ?? 0) - CHANGED_FACTS), 0, '', 0)
  yield line('diff against the live database', await measure({ kind: 'diff', repository, left, right: { url } }))
  yield line('export', await measure({ kind: 'export', repository, snapshot: right, format: 'ndjson' }))
  yield line('export as SQL', await measure({ kind: 'export', repository, snapshot: right, format: 'sql' }))
  await withClient(server.url(), (client) => client.query('drop database large'))
  const target = await server.createDatabase('restored')
  yield line('restore', await measure({ kind: 'restore', repository, snapshot: right, url: target }))
}
