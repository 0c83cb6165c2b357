import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMongo } from '@dbsnap/test-servers'
import { growthOf, sizeOf } from './folder-size.ts'
import { spreadOf } from './measure-log.ts'
import { changeOrders, dropDatabase, fillOrders } from './mongodb-orders.ts'
import { runDbsnap } from './run-dbsnap.ts'
import { runPipeline } from './run-process.ts'

/** What is measured, and how often. */
export interface MongoBenchmarkOptions {
  readonly orders: number
  /** Rounds, of which medians are taken. */
  readonly runs: number
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** Medians by name: seconds, stored bytes, peak bytes. */
export type MongoFigures = Readonly<Record<string, { readonly seconds: number; readonly bytes?: number }>>

const CHANGED_SHARE = 0.01

/** Measures takes and restores beside `mongodump` and `mongorestore`, on one server and the same data. Leaves nothing behind. */
export async function runMongoBenchmark(options: MongoBenchmarkOptions): Promise<MongoFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'dbsnap-bench-mongodb-'))
  await using server = await startMongo({ parameters: ['--setParameter', 'ttlMonitorEnabled=false'] })
  try {
    const round = new Rounds(options, folder, server.url('bench'), server.url('restored'))
    options.say(`loading ${options.orders} orders`)
    await fillOrders(server.url('bench'), options.orders)
    for (let run = 1; run <= options.runs; run++) await round.measure(run)
    return round.medians()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

class Rounds {
  readonly #options: MongoBenchmarkOptions
  readonly #folder: string
  readonly #url: string
  readonly #emptyUrl: string
  readonly #samples = new Map<string, { seconds: number; bytes?: number }[]>()

  constructor(options: MongoBenchmarkOptions, folder: string, url: string, emptyUrl: string) {
    this.#options = options
    this.#folder = folder
    this.#url = url
    this.#emptyUrl = emptyUrl
  }

  async measure(run: number): Promise<void> {
    const { orders, signal } = this.#options
    const repository = join(this.#folder, `repository-${run}`)
    const cli = (...args: string[]) => runDbsnap(args, { repository, signal })
    const take = async () => {
      const { result, storedBytes } = await growthOf(repository, () => cli('take', this.#url))
      return { ...result, bytes: storedBytes }
    }
    await cli('init')
    await this.#dumps()
    this.#add('first take', await take())
    this.#add('take again', await take())
    await changeOrders(this.#url, orders, CHANGED_SHARE, run)
    const changed = await take()
    this.#add('take after 1 %', changed)
    this.#add('peak memory of a take', { seconds: changed.seconds, bytes: changed.peakBytes })
    this.#add('diff of 1 %', await cli('diff', 'latest~1', 'latest', '--summary'))
    this.#add('restore with its proof', await cli('restore', 'latest', '--to', this.#emptyUrl, '--yes'))
    await dropDatabase(this.#emptyUrl)
    await this.#mongorestore()
    await rm(repository, { recursive: true })
  }

  medians(): MongoFigures {
    return Object.fromEntries(
      [...this.#samples].map(([name, samples]) => {
        const bytes = samples.flatMap((sample) => sample.bytes ?? [])
        const seconds = spreadOf(samples.map((sample) => sample.seconds)).median
        return [name, { seconds, ...(bytes.length === 0 ? {} : { bytes: spreadOf(bytes).median }) }]
      }),
    )
  }

  async #dumps(): Promise<void> {
    if (!isThere('mongodump')) return
    const dump = ['mongodump', `--uri=${this.#url}`, '--quiet', '--collection=orders']
    await this.#pipeline('mongodump into nothing', [[...dump, '--archive=/dev/null']])
    await this.#pipeline('mongodump --gzip into nothing', [[...dump, '--gzip', '--archive=/dev/null']])
    const file = join(this.#folder, 'orders.zst')
    if (isThere('zstd'))
      await this.#pipeline(
        'mongodump | zstd',
        [
          [...dump, '--archive'],
          ['zstd', '-3', '-q', '-f', '-o', file],
        ],
        file,
      )
    if (!isThere('restic')) return
    const env = { RESTIC_REPOSITORY: join(this.#folder, 'restic'), RESTIC_PASSWORD: 'bench' }
    await runPipeline([['restic', 'init', '--quiet']], { env, signal: this.#options.signal })
    const backup = ['restic', 'backup', '--quiet', '--stdin', '--stdin-filename', 'orders']
    for (const name of ['mongodump | restic, first', 'mongodump | restic, again']) {
      await this.#pipeline(name, [[...dump, '--archive'], backup], undefined, env)
    }
    await rm(env.RESTIC_REPOSITORY, { recursive: true })
  }

  async #mongorestore(): Promise<void> {
    if (!isThere('mongorestore') || !isThere('mongodump')) return
    const { signal } = this.#options
    const file = join(this.#folder, 'orders.archive')
    await runPipeline([['mongodump', `--uri=${this.#url}`, '--quiet', `--archive=${file}`]], { signal })
    const address = this.#emptyUrl.replace(/\/restored\b/, '/')
    const names = ['--nsFrom=bench.*', '--nsTo=restored.*', '--numInsertionWorkersPerCollection=4']
    await this.#pipeline('mongorestore', [
      ['mongorestore', `--uri=${address}`, '--quiet', ...names, `--archive=${file}`],
    ])
    await dropDatabase(this.#emptyUrl)
  }

  async #pipeline(
    name: string,
    commands: readonly (readonly string[])[],
    file?: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { seconds } = await runPipeline(commands, { env, signal: this.#options.signal })
    this.#add(name, { seconds, ...(file === undefined ? {} : { bytes: await sizeOf(file) }) })
  }

  #add(name: string, { seconds, bytes }: { readonly seconds: number; readonly bytes?: number }): void {
    this.#samples.set(name, [
      ...(this.#samples.get(name) ?? []),
      { seconds, ...(bytes === undefined ? {} : { bytes }) },
    ])
    this.#options.say(`${name}: ${seconds.toFixed(2)} s`)
  }
}

function isThere(name: string): boolean {
  try {
    execFileSync(name, [name === 'restic' ? 'version' : '--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false // its rows are left out
  }
}
