import { type FSWatcher, watch } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Difference, DiffSummary } from '@dbsnap/core'
import { type FaultProxy, type FaultRule, startFaultProxy, startS3 } from '@dbsnap/test-servers'
import { startBenchServer, withClient } from '../src/bench-server.ts'
import { changeRandom, createOrders, ordersAt } from '../src/orders-database.ts'
import { runDbsnap } from '../src/run-dbsnap.ts'
import { lineOfRun, peakLine } from './peak-line.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine, told } from './proof.ts'

/** Bytes of COPY text of the orders at scale 1, about. */
const SCALE_BYTES = 480e6

/** What befalls the requests of the second round. */
const BAD_NETWORK: readonly FaultRule[] = [
  { fault: 'lost-reply', every: 5, method: 'PUT' },
  { fault: 'cut-body', every: 3 },
  { fault: 'slow-down', every: 11 },
  { fault: 'delay', every: 13 },
]

/**
 * Take, diff and restore of one table to and from an S3 server by the command line, with what each costs, then behind a
 * proxy with faults. `DBSNAP_PROVE_S3_GB` (default 0.48) is the size of the database of the first round.
 */
export const s3Proof: Proof = { name: 's3', run: proveS3 }

async function* proveS3(options: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
  const gigabytes = Number(process.env.DBSNAP_PROVE_S3_GB ?? SCALE_BYTES / 1e9)
  yield* round('S3', (gigabytes * 1e9) / SCALE_BYTES, [], options)
  yield* round('S3 on a bad network', 0.1, BAD_NETWORK, options)
}

async function* round(
  where: string,
  scale: number,
  rules: readonly FaultRule[],
  { say, signal }: ProofOptions,
): AsyncGenerator<ProvenLine, void, undefined> {
  await using opened = new AsyncDisposableStack()
  const s3 = await startS3()
  opened.defer(() => s3.stop())
  const proxy = await startFaultProxy(s3.endpoint, rules)
  opened.defer(() => proxy.stop())
  const database = opened.use(await startBenchServer())
  const url = await database.create('shop')
  await withClient(url, (client) => createOrders(client, { scale }))
  const scratch = await watchedFolder()
  opened.defer(() => scratch.remove())
  opened.defer(
    setVariables({
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      TMPDIR: scratch.path,
    }),
  )
  const repository = `s3://${await s3.bucket()}/shop?endpoint=${proxy.endpoint}`
  const size = `${((scale * SCALE_BYTES) / 1e6).toFixed(0)} MB`

  async function* step(what: string, ...args: string[]): AsyncGenerator<ProvenLine, string, undefined> {
    proxy.take()
    const ran = await runDbsnap(args, { repository, signal })
    say(lineOfRun(what, ran))
    yield told(`${where}, ${size}: ${what} costs`, costOf(proxy))
    yield peakLine(`${where}, ${size}: peak memory of ${what}`, ran)
    return ran.head
  }

  yield* step('init', 'init')
  yield* step('take', 'take', url)
  const changed = Math.round(ordersAt(scale) / 10_000)
  await withClient(url, (client) => changeRandom(client, changed, 1, scale))
  yield* step('take again', 'take', url)
  const summary = yield* step('diff', 'diff', 'latest~1', 'latest', '--json', '--limit', '0')
  yield countLine(where, summary, changed)
  const target = await database.create('restored')
  yield* step('restore of one table', 'restore', 'latest', '--to', target, '--include', 'orders', '--yes')
  const proof = yield* step('diff against what was restored', 'diff', 'latest', target, '--include', 'orders', '--json')
  yield countLine(`${where}, restored`, proof, 0)
  yield atMost(`${where}: files made below the temporary folder`, scratch.events(), 0, '', 0)
  for (const fault of new Set(rules.map((rule) => rule.fault))) {
    const times = proxy.fired[fault]
    yield { claim: `${where}: ${fault}`, figure: `${times} times`, bound: '>= 1', holds: times > 0 }
  }
}

function countLine(where: string, json: string, expected: number): ProvenLine {
  const { collections } = summaryOf(json)
  const found = collections.reduce((sum, { added, removed, changed }) => sum + added + removed + changed, 0)
  const claim = `${where}: changes that the diff finds`
  return { claim, figure: String(found), bound: String(expected), holds: collections.length > 0 && found === expected }
}

/** The last line of a diff. Fails where that is no summary: nothing would have been counted. */
function summaryOf(json: string): DiffSummary {
  const last: Difference = JSON.parse(json.trimEnd().split('\n').at(-1) ?? '')
  if (last.type !== 'summary') throw new Error('the diff did not end with a summary')
  return last
}

function costOf(proxy: FaultProxy): string {
  const { requests, bytesUp, bytesDown } = proxy.take()
  return `${requests} requests, ${(bytesUp / 1e6).toFixed(2)} MB up, ${(bytesDown / 1e6).toFixed(2)} MB down`
}

/** An empty folder and how often something in it has changed. */
async function watchedFolder(): Promise<{ path: string; events(): number; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'dbsnap-s3-proof-'))
  let events = 0
  const watcher: FSWatcher = watch(path, () => {
    events += 1
  })
  const remove = async (): Promise<void> => {
    watcher.close()
    await rm(path, { recursive: true, force: true })
  }
  return { path, events: () => events, remove }
}

/** Sets variables that child processes inherit. Resolves to what sets them back. */
function setVariables(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
