import { folder, Repository } from '@dbsnap/core'
import { sqlScript } from '@dbsnap/postgres'
import { bareCopy } from './bare-copy.ts'
import { databaseAt } from './database-at.ts'
import { PhaseTimer } from './phase-timer.ts'
import { BENCH_PASSPHRASE, type JobResult, type WorkerJob } from './worker-job.ts'

type JobOf<Kind extends WorkerJob['kind']> = Extract<WorkerJob, { readonly kind: Kind }>

/** Does a job through the SDK. The repository is opened before the time is taken, connections within it. */
export async function runJob(job: WorkerJob): Promise<JobResult> {
  if (job.kind === 'bare-copy') return bareCopy(job.url)
  if (job.kind === 'open') return open(job)
  const repository = await Repository.open(folder(job.repository), { passphrase: BENCH_PASSPHRASE })
  try {
    switch (job.kind) {
      case 'take':
        return await take(repository, job)
      case 'diff':
        return await diff(repository, job)
      case 'restore':
        return await restore(repository, job)
      case 'export':
        return await exportTo(repository, job)
    }
  } finally {
    await repository.close()
  }
}

/** To open it, and to find one object: the schema of the newest snapshot. */
async function open({ repository: path }: JobOf<'open'>): Promise<JobResult> {
  const phases = new PhaseTimer('opening')
  const repository = await Repository.open(folder(path), { passphrase: BENCH_PASSPHRASE })
  await repository.schema('latest')
  const ended = phases.end()
  await repository.close()
  return ended
}

async function take(repository: Repository, { url, maxRate }: JobOf<'take'>): Promise<JobResult> {
  const source = await databaseAt(url)
  const phases = new PhaseTimer('reading')
  const snapshot = await repository.take(source, {
    onProgress: phases.listener,
    ...(maxRate === undefined ? {} : { maxRate }),
  })
  return { ...phases.end(), snapshot: snapshot.id, records: snapshot.records, bytes: snapshot.bytes }
}

async function diff(repository: Repository, { left, right }: JobOf<'diff'>): Promise<JobResult> {
  const other = 'url' in right ? await databaseAt(right.url) : right.snapshot
  const phases = new PhaseTimer('comparing')
  let records = 0
  for await (const difference of repository.diff(left, other)) {
    if (difference.type === 'change') records++
  }
  return { ...phases.end(), records }
}

async function restore(repository: Repository, { snapshot, url }: JobOf<'restore'>): Promise<JobResult> {
  const target = await databaseAt(url)
  const phases = new PhaseTimer('planning')
  const { collections } = await repository.restore(snapshot, target, {
    mode: 'create',
    onProgress: phases.listener,
  })
  return { ...phases.end(), records: collections.reduce((sum, { added }) => sum + added, 0) }
}

async function exportTo(repository: Repository, { snapshot, format }: JobOf<'export'>): Promise<JobResult> {
  const phases = new PhaseTimer('exporting')
  const pieces = format === 'sql' ? await script(repository, snapshot) : repository.exportRecords(snapshot, { format })
  let bytes = 0
  for await (const piece of pieces) bytes += piece.length
  return { ...phases.end(), bytes }
}

async function script(repository: Repository, name: string): Promise<AsyncIterable<Buffer>> {
  const snapshot = await repository.get(name)
  return sqlScript({
    snapshot,
    schema: await repository.schema(snapshot),
    records: (collection) => repository.rawRecords(snapshot, collection),
  })
}
