import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder, Repository } from '@dbsnap/core'
import { databaseAt } from '../src/database-at.ts'
import { spreadOf } from '../src/measure-log.ts'
import { changeOrders } from '../src/mongodb-orders.ts'
import { changeSomeMysqlOrders } from '../src/mysql-orders.ts'
import { openEngine } from '../src/open-engine.ts'
import { runWorker } from '../src/run-worker.ts'
import { BENCH_PASSPHRASE } from '../src/worker-job.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'

const RECORDS = 1_000_000
const CHANGED = 100
/** Diffs, of which the median counts; each in a process of its own that has read nothing before. */
const RUNS = 5
const SECONDS = 0.5

/** A few records among many that differ, found on a repository that is open. `records` is less only to try it out. */
export function enginesDiffProof(records = RECORDS): Proof {
  return {
    name: 'engines-diff',
    async *run(options: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
      for (const engine of ['mongodb', 'mysql'] as const) yield* proveDiff(engine, records, options)
    },
  }
}

async function* proveDiff(
  engine: 'mongodb' | 'mysql',
  records: number,
  { say, signal }: ProofOptions,
): AsyncGenerator<ProvenLine, void, undefined> {
  await using opened = new AsyncDisposableStack()
  const place = opened.adopt(await mkdtemp(join(tmpdir(), 'dbsnap-diff-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  say(`${engine}: filling ${records} records`)
  const { url } = opened.use(await openEngine(engine, records))
  const path = join(place, 'repository')
  const repository = await Repository.create(folder(path), { passphrase: BENCH_PASSPHRASE })
  const database = await databaseAt(url)
  const before = await repository.take(database, { signal })
  if (engine === 'mysql') await changeSomeMysqlOrders(url, records, CHANGED)
  else await changeOrders(url, records, CHANGED / records, 1)
  const after = await repository.take(database, { signal })
  await repository.close()
  const seconds: number[] = []
  let found = 0
  for (let run = 1; run <= RUNS; run++) {
    const diff = { kind: 'diff', repository: path, left: before.id, right: { snapshot: after.id } } as const
    const measured = await runWorker(diff, { signal })
    seconds.push(measured.seconds)
    found = measured.records ?? 0
  }
  yield atMost(`${engine}: changes the diff missed`, Math.abs(found - CHANGED), 0, '', 0)
  const claim = `${engine}: diff of two snapshots of ${records} records, ${CHANGED} changed, repository open`
  yield atMost(claim, spreadOf(seconds).median, SECONDS, 's', 3)
}
