import { type FSWatcher, watch } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FaultProxy, type FaultRule, startFaultProxy, startS3 } from '@dbsnap/test-servers'
import { type BenchServer, startBenchServer } from '../src/bench-server.ts'
import type { DbsnapRun } from '../src/run-dbsnap.ts'
import { dbsnapOn, peakLine } from './peak-line.ts'
import { type ProofOptions, type ProvenLine, told } from './proof.ts'

/** What a step did, and the bytes and requests that it took. */
export interface S3Step extends DbsnapRun {
  readonly requests: number
  readonly bytesUp: number
  readonly bytesDown: number
}

/** An S3 server behind a proxy that counts and may hurt, a database server, and the command line on a repository there. */
export interface S3Workbench extends AsyncDisposable {
  readonly database: BenchServer
  readonly proxy: FaultProxy
  /** Where the command line keeps its cache. */
  readonly cache: string
  /** How often something changed below its temporary folder. */
  temporaryFiles(): number
  /** Runs the command line, shows what it cost and how much memory it took, and returns both. */
  step(what: string, ...args: string[]): AsyncGenerator<ProvenLine, S3Step, undefined>
}

/** `where` begins every line that is shown. */
export async function startS3Workbench(
  where: string,
  rules: readonly FaultRule[],
  options: ProofOptions,
): Promise<S3Workbench> {
  await using opened = new AsyncDisposableStack()
  const s3 = await startS3()
  opened.defer(() => s3.stop())
  const proxy = await startFaultProxy(s3.endpoint, rules)
  opened.defer(() => proxy.stop())
  const database = opened.use(await startBenchServer())
  const scratch = await watchedFolder()
  opened.defer(() => scratch.remove())
  const cache = await mkdtemp(join(tmpdir(), 'dbsnap-s3-cache-'))
  opened.defer(() => rm(cache, { recursive: true, force: true }))
  opened.defer(
    setVariables({
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      TMPDIR: scratch.path,
      DBSNAP_CACHE: cache,
    }),
  )
  const dbsnap = dbsnapOn(`s3://${await s3.bucket()}/shop?endpoint=${proxy.endpoint}`, options)
  const owned = opened.move()
  return {
    database,
    proxy,
    cache,
    temporaryFiles: scratch.events,
    async *step(what, ...args) {
      proxy.take()
      const ran = await dbsnap(...args)
      const cost = proxy.take()
      yield told(`${where}: ${what} costs`, costOf(cost))
      yield peakLine(`${where}: peak memory of ${what}`, ran)
      return { ...ran, ...cost }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function costOf({ requests, bytesUp, bytesDown }: FaultProxy['counts']): string {
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
