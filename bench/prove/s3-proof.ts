import type { Difference, DiffSummary } from '@dbsnap/core'
import type { FaultRule } from '@dbsnap/test-servers'
import { withClient } from '../src/bench-server.ts'
import { changeRandom, createOrders, ordersAt } from '../src/orders-database.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'
import { type S3Workbench, startS3Workbench } from './s3-workbench.ts'

/** What befalls the requests of the second round. */
const BAD_NETWORK: readonly FaultRule[] = [
  { fault: 'lost-reply', every: 5, method: 'PUT' },
  { fault: 'cut-body', every: 3 },
  { fault: 'slow-down', every: 11 },
  { fault: 'delay', every: 13 },
]

/** A round: at what scale of the orders, over what network, and the megabytes that steps may bring down. */
interface Round {
  readonly where: string
  readonly scale: number
  readonly rules: readonly FaultRule[]
  /**
   * A diff of one row in 10 000: for each row a chunk of 128 KiB on average, in which rows lie with a chance that grows with its size,
   * so 80 KB as stored; 16 MB of 170.
   */
  readonly diff: number
  /** A restore of a table of 2 MB and its proof. */
  readonly restore: number
}

const ROUNDS: readonly Round[] = [
  { where: 'S3, 480 MB', scale: 1, rules: [], diff: 20, restore: 2 },
  // Of every third answer half is for nothing.
  { where: 'S3 on a bad network, 48 MB', scale: 0.1, rules: BAD_NETWORK, diff: 4, restore: 4 },
]

/** Megabytes that a diff may bring down whose nodes, deltas and bases are in the cache: manifests and listings. */
const WARM = 0.1

/**
 * Take, diff, restore of one table and prune, to and from an S3 server by the command line, with what each costs; then behind a proxy
 * with faults.
 */
export const s3Proof: Proof = { name: 's3', run: proveS3 }

async function* proveS3(options: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
  for (const each of ROUNDS) yield* round(each, options)
}

async function* round(
  { where, scale, rules, ...bounds }: Round,
  options: ProofOptions,
): AsyncGenerator<ProvenLine, void, undefined> {
  await using bench = await startS3Workbench(where, rules, options)
  const { database, proxy } = bench
  const url = await database.create('shop')
  await withClient(url, async (client) => {
    await createOrders(client, { scale })
    await client.query(`create table returns as select id, customer_id, status, total from orders where id <= 40000;
      alter table returns add primary key (id)`)
  })
  yield* bench.step('init', 'init')
  yield* bench.step('take', 'take', url)
  const changed = Math.round(ordersAt(scale) / 10_000)
  const change = (number: number) => withClient(url, (client) => changeRandom(client, changed, number, scale))
  await change(1)
  yield* bench.step('take again', 'take', url)
  const uncached = yield* diffOf(bench, 'diff without a cache', '--no-cache')
  yield atMost(`${where}: a diff of ${changed} rows brings down`, uncached.bytesDown / 1e6, bounds.diff, 'MB')
  yield countLine(where, uncached.head, changed)
  yield* diffOf(bench, 'diff')
  const warm = yield* diffOf(bench, 'diff with a warm cache')
  yield atMost(`${where}: a diff with a warm cache brings down`, warm.bytesDown / 1e6, WARM, 'MB')
  await change(2)
  yield* bench.step('take with a warm cache', 'take', url)
  yield* restoreOf(bench, where, bounds.restore)
  yield* pruneOf(bench, where, scale / 10)
  yield atMost(`${where}: files made below the temporary folder`, bench.temporaryFiles(), 0, '', 0)
  for (const fault of new Set(rules.map((rule) => rule.fault))) {
    const times = proxy.fired[fault]
    yield { claim: `${where}: ${fault}`, figure: `${times} times`, bound: '>= 1', holds: times > 0 }
  }
}

function diffOf(bench: S3Workbench, what: string, ...options: string[]) {
  return bench.step(what, 'diff', 'latest~1', 'latest', '--json', '--limit', '0', ...options)
}

async function* restoreOf(
  bench: S3Workbench,
  where: string,
  bound: number,
): AsyncGenerator<ProvenLine, void, undefined> {
  const target = await bench.database.create('restored')
  const only = ['--include', 'returns', '--no-cache']
  const restored = yield* bench.step('restore of one table', 'restore', 'latest', '--to', target, '--yes', ...only)
  yield atMost(`${where}: a restore of one table of 2 MB brings down`, restored.bytesDown / 1e6, bound, 'MB')
  const proof = yield* bench.step('diff against what was restored', 'diff', 'latest', target, '--json', ...only)
  yield countLine(`${where}, restored`, proof.head, 0)
}

/** A snapshot of another database comes and goes: what it alone needed is deleted, and the rest is as it was. */
async function* pruneOf(bench: S3Workbench, where: string, scale: number): AsyncGenerator<ProvenLine, void, undefined> {
  const other = await bench.database.create('other')
  await withClient(other, async (client) => {
    await createOrders(client, { scale })
    await client.query("update orders set currency = 'XXX'") // so that nothing of it is known
  })
  yield* bench.step('take of another database', 'take', other)
  yield* bench.step('forget', 'forget', 'latest', '--allow-last', '--yes')
  const pruned = yield* bench.step('prune', 'prune', '--grace', '0', '--json')
  const { packs } = JSON.parse(pruned.head).deleted
  yield { claim: `${where}: packs that the prune deletes`, figure: String(packs), bound: '>= 1', holds: packs >= 1 }
  const checked = yield* bench.step('check', 'check', '--read-data-subset', '1%')
  const figure = `exit ${checked.exitCode}`
  yield { claim: `${where}: a check after it`, figure, bound: 'exit 0', holds: checked.exitCode === 0 }
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
