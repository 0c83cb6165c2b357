import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { folder, isDbSnapError, Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { startPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { withClient } from '../src/bench-server.ts'
import { createOrders, ordersAt } from '../src/orders-database.ts'
import { runWorker } from '../src/run-worker.ts'
import { BENCH_PASSPHRASE } from '../src/worker-job.ts'
import { type LoadSpan, WriteLoad, type WriteLoadOptions } from '../src/write-load.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine, told } from './proof.ts'

/** Share of the 2 000 000 orders: at 20 MB/s a take of so many lasts 12 s. */
const SCALE = 0.5
/** Plain bytes per second of the gentle take. */
const RATE = 20e6
/** Writers that never pause: they keep a machine of two processors busy by themselves. */
const GREEDY = { writers: 2, orders: ordersAt(SCALE) }
/** Writers that think between two statements, so long that all of them ask for half of what the greedy ones get. */
const THINKING_WRITERS = 16
const SHARE_ASKED_FOR = 0.5
/** Milliseconds for which the load is measured by itself, before and after. */
const ALONE = 10_000
/** Rounds of four takes, of which medians are taken. */
const ROUNDS = 3
/** Seconds after which our wait for a lock ends, in the proof of it. */
const LOCK_TIMEOUT = 2

/** A server as people run them: what it has committed is durable. */
const SETTINGS = { fsync: 'on', synchronous_commit: 'on', shared_buffers: '1GB', max_wal_size: '8GB' }

/** What a take costs those who write beside it, and how long a lock of ours can make them wait. */
export const liveSafetyProof: Proof = {
  name: 'live-safety',
  async *run({ say, signal }: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
    await using opened = new AsyncDisposableStack()
    const place = opened.adopt(await mkdtemp(join(tmpdir(), 'dbsnap-live-')), (path) =>
      rm(path, { recursive: true, force: true }),
    )
    const server = await startPostgres({ version: 15, settings: SETTINGS })
    opened.defer(() => server.stop())
    const url = await server.createDatabase('live')
    await withClient(url, (client) => createOrders(client, { scale: SCALE }))
    const capacity = await throughputOf(url)
    const pause = (1000 * THINKING_WRITERS) / (SHARE_ASKED_FOR * capacity)
    const thinking = { writers: THINKING_WRITERS, orders: ordersAt(SCALE), pause }
    say(
      `${GREEDY.writers} greedy writers commit ${capacity.toFixed(0)} a second; the others pause ${pause.toFixed(1)} ms`,
    )
    const cases = [
      { load: thinking, maxRate: RATE, what: `half of what it can, --max-rate ${RATE / 1e6}` },
      { load: thinking, maxRate: undefined, what: 'half of what it can, full pace' },
      { load: GREEDY, maxRate: RATE, what: `all it can, --max-rate ${RATE / 1e6}` },
      { load: GREEDY, maxRate: undefined, what: 'all it can, full pace' },
    ].map((one) => ({ ...one, losses: [] as number[] }))
    let longest = 0
    for (let round = 1; round <= ROUNDS; round++) {
      for (const [i, { load, maxRate, what, losses }] of cases.entries()) {
        const repository = join(place, `${round}-${i}`)
        const { loss, slowest } = await lossBeside(url, repository, { load, maxRate, signal })
        losses.push(loss)
        longest = Math.max(longest, slowest)
        say(`round ${round}, the server does ${what}: ${(100 * loss).toFixed(1)} %`)
      }
    }
    for (const [i, { what, losses }] of cases.entries()) {
      const claim = `throughput lost beside a take by durable commits, the server does ${what}`
      const lost = 100 * median(losses)
      // The other lines stand beside it; writers that leave nothing idle lose to whoever else runs on two processors.
      yield i === 0 ? atMost(claim, lost, 10, '%', 1) : told(claim, `${lost.toFixed(1)} %`)
    }
    yield atMost('longest statement of a writer beside a take, default time-out', longest, 5, 's')
    yield atMost(
      `longest wait of a writer behind a restore that waits for its lock, time-out ${LOCK_TIMEOUT} s`,
      await waitBehindRestore(url, join(place, 'restore')),
      LOCK_TIMEOUT + 0.5,
      's',
    )
  },
}

/** Commits a second that the greedy writers reach by themselves. */
async function throughputOf(url: string): Promise<number> {
  const load = await WriteLoad.start(url, GREEDY)
  try {
    return (await load.during(wait(ALONE))).perSecond
  } finally {
    await load.stop()
  }
}

interface Beside {
  readonly load: WriteLoadOptions
  readonly maxRate: number | undefined
  readonly signal: AbortSignal
}

/** Throughput lost beside a first take, against the load alone before and after it. */
async function lossBeside(
  url: string,
  repository: string,
  { load: options, maxRate, signal }: Beside,
): Promise<{ loss: number; slowest: number }> {
  await (await Repository.create(folder(repository), { passphrase: BENCH_PASSPHRASE })).close()
  const load = await WriteLoad.start(url, options)
  try {
    const before: LoadSpan = await load.during(wait(ALONE))
    const beside = await load.during(
      runWorker({ kind: 'take', repository, url, ...(maxRate === undefined ? {} : { maxRate }) }, { signal }),
    )
    const after: LoadSpan = await load.during(wait(ALONE))
    const alone = (before.perSecond + after.perSecond) / 2
    return { loss: 1 - beside.perSecond / alone, slowest: beside.longest }
  } finally {
    await load.stop()
    await rm(repository, { recursive: true, force: true })
  }
}

/**
 * Somebody's transaction holds a row of the table; a restore waits for the table behind it; a writer of other rows
 * queues behind the restore. Seconds until the writer went on. The restore must end with its own time-out.
 */
async function waitBehindRestore(url: string, path: string): Promise<number> {
  const repository = await Repository.create(folder(path), { passphrase: BENCH_PASSPHRASE })
  const [holder, writer] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })]
  await Promise.all([holder.connect(), writer.connect()])
  try {
    const snapshot = await repository.take(postgres(url))
    await holder.query('begin; update orders set total = total + 1 where id = 1')
    const target = postgres({ url, lockTimeoutSeconds: LOCK_TIMEOUT })
    const restore = repository.restore(snapshot, target, { mode: 'overwrite', confirm: true }).then(
      () => undefined,
      (error: unknown) => error,
    )
    await untilSomebodyWaits(writer)
    const began = performance.now()
    await writer.query('update orders set total = total + 1 where id = 2')
    const waited = (performance.now() - began) / 1000
    const error = await restore
    if (!isDbSnapError(error) || error.code !== 'LOCK_TIMEOUT')
      throw new Error('the restore did not end with its time-out')
    return waited
  } finally {
    await Promise.all([holder.end(), writer.end(), repository.close()])
  }
}

async function untilSomebodyWaits(client: pg.Client): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query('select from pg_locks where not granted')
    if (rowCount !== 0) return
    await wait(5)
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
