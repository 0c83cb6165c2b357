import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BenchServer, startBenchServer, withClient } from './bench-server.ts'
import { type ExternalTools, findExternalTools } from './external-tools.ts'
import type { MeasureName, Sample } from './figures.ts'
import { MeasureLog } from './measure-log.ts'
import { createOrders } from './orders-database.ts'

export interface WorkbenchOptions {
  /** Share of the 2 000 000 orders. */
  readonly scale: number
  readonly signal?: AbortSignal | undefined
  /** Told in a line what was just measured. */
  readonly onProgress?: ((line: string) => void) | undefined
}

/** What every measurement needs: a server with the orders in it, a folder, the tools, and a log. */
export interface Workbench extends AsyncDisposable {
  readonly scale: number
  readonly server: BenchServer
  /** Holds repositories and dumps; empty at first, removed at the end. */
  readonly folder: string
  readonly tools: ExternalTools
  readonly log: MeasureLog
  readonly signal: AbortSignal | undefined
  say(line: string): void
  /** Waits until everything is on disk, measures, and notes the sample under its name. */
  measure<Measured extends Sample>(name: MeasureName, work: () => Promise<Measured>): Promise<Measured>
}

/** Below it nothing is left for the disk that could be noticed; waiting for it would be most of a test's time. */
const LEAST_SETTLED_SCALE = 0.01

/** The database that every round copies. Nobody connects to it after it was filled. */
const TEMPLATE = 'orders'

/** Starts the server and fills it with orders: half a minute at scale 1. Dispose of it to leave nothing behind. */
export async function openWorkbench({ scale, signal, onProgress }: WorkbenchOptions): Promise<Workbench> {
  const say = onProgress ?? (() => {})
  const log = new MeasureLog()
  await using opened = new AsyncDisposableStack()
  const folder = opened.adopt(await mkdtemp(join(tmpdir(), 'dbsnap-bench-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  const server = opened.use(await startBenchServer())
  signal?.throwIfAborted()
  const began = performance.now()
  await fill(await server.create(TEMPLATE), scale, signal)
  say(`filled the database in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const all = opened.move()
  return {
    ...{ scale, server, folder, log, signal, say },
    tools: findExternalTools(),
    measure: async (name, work) => {
      if (scale >= LEAST_SETTLED_SCALE) await settle(server)
      signal?.throwIfAborted()
      const sample = await work()
      log.add(name, sampleOf(sample))
      say(lineOf(name, sample))
      return sample
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** A fresh copy of the orders, read once so that the server has it in its memory. Resolves to its URL. */
export async function copyOrders({ server }: Workbench, name: string): Promise<string> {
  const url = await server.copy(TEMPLATE, name)
  await withClient(url, (client) => client.query(`copy (select * from orders order by id) to '/dev/null'`))
  return url
}

async function fill(url: string, scale: number, signal: AbortSignal | undefined): Promise<void> {
  await withClient(url, async (client) => {
    const end = () => client.end()
    client.on('error', () => {}) // an abort ends the connection: the query under way fails, which is enough
    signal?.addEventListener('abort', end, { once: true })
    try {
      await createOrders(client, { scale })
    } finally {
      signal?.removeEventListener('abort', end)
    }
  })
}

/** What the last measurement left for the disk to do must not slow down the next one. */
async function settle(server: BenchServer): Promise<void> {
  await server.checkpoint()
  await promisify(execFile)('sync')
}

/** Only the figures: what else a measurement knows is not for the log. */
function sampleOf({ seconds, processSeconds, cpuSeconds, peakBytes, storedBytes }: Sample): Sample {
  const all = { seconds, processSeconds, cpuSeconds, peakBytes, storedBytes }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as Sample
}

function lineOf(name: MeasureName, { seconds, storedBytes, peakBytes }: Sample): string {
  const stored = storedBytes === undefined ? '' : `, stored ${(storedBytes / 1e6).toFixed(2)} MB`
  const peak = peakBytes === undefined ? '' : `, peak ${(peakBytes / 1e6).toFixed(0)} MB`
  return `${name}: ${seconds.toFixed(3)} s${stored}${peak}`
}
