import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { folder, Repository } from '@dbsnap/core'
import type { BenchEngine, Pipeline } from './bench-engine.ts'
import type { Sample } from './figures.ts'
import { growthOf, sizeOf } from './folder-size.ts'
import type { MeasureLog } from './measure-log.ts'
import { runPipeline } from './run-process.ts'
import { runWorker, type WorkerMeasurement } from './run-worker.ts'
import { BENCH_PASSPHRASE } from './worker-job.ts'

export type EngineMeasureName =
  | 'bareRead'
  | 'dumpZstd'
  | 'dumpRestic'
  | 'takeFirst'
  | 'takeAgain'
  | 'takeRandom'
  | 'restore'
  | 'restoreWithoutProof'
  | 'nativeRestore'

export interface EngineRoundOptions {
  readonly engine: BenchEngine
  /** An existing folder. */
  readonly place: string
  readonly run: number
  readonly log: MeasureLog<EngineMeasureName>
  /** Programs that are not there. */
  readonly missing: readonly string[]
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/**
 * Everything once, in a fresh repository, one contender after the other: what slows the machine down for a while meets all
 * of them. Our calls are measured as PostgreSQL's are: in a process of its own, on an open repository.
 */
export class EngineRound {
  readonly #options: EngineRoundOptions
  readonly #folder: string
  readonly #repository: string

  constructor(options: EngineRoundOptions) {
    this.#options = options
    this.#folder = join(options.place, `round-${options.run}`)
    this.#repository = join(this.#folder, 'ours')
  }

  async measure(): Promise<void> {
    const { engine, run } = this.#options
    await mkdir(this.#folder)
    const repository = await Repository.create(folder(this.#repository), { passphrase: BENCH_PASSPHRASE })
    await repository.close()
    await this.#program('bareRead', engine.bareRead)
    await this.#dumps()
    const first = await this.#take('takeFirst')
    await this.#program('bareRead', engine.bareRead)
    await this.#take('takeAgain')
    await this.#restores(first)
    await engine.change(run)
    await this.#take('takeRandom')
    await rm(this.#folder, { recursive: true })
  }

  /** Of the same orders that the first take reads. */
  async #dumps(): Promise<void> {
    const { dump } = this.#options.engine
    const file = join(this.#folder, 'orders.zst')
    await this.#program('dumpZstd', [dump, ['zstd', '-3', '--quiet', '--force', '-o', file]], { file })
    if (this.#options.missing.includes('restic')) return
    const env = {
      RESTIC_REPOSITORY: join(this.#folder, 'restic'),
      RESTIC_PASSWORD: BENCH_PASSPHRASE,
      RESTIC_CACHE_DIR: join(this.#folder, 'restic-cache'),
    }
    await runPipeline([['restic', 'init', '--quiet']], { env, signal: this.#options.signal })
    const backup = ['restic', 'backup', '--quiet', '--stdin', '--stdin-filename=orders']
    await this.#program('dumpRestic', [dump, backup], { file: env.RESTIC_REPOSITORY, env })
  }

  async #restores(snapshot: string): Promise<void> {
    const { engine, missing, signal, log } = this.#options
    if (!engine.programs.some((name) => missing.includes(name))) {
      const file = join(this.#folder, 'orders.dump')
      await runPipeline([engine.dump, ['sh', '-c', 'cat >"$0"', file]], { signal })
      const theirs = await engine.createEmpty()
      await this.#program('nativeRestore', engine.load(file, theirs))
      await engine.drop(theirs)
    }
    const url = await engine.createEmpty()
    const { seconds, phases } = await this.#measure('restore', () =>
      runWorker({ kind: 'restore', repository: this.#repository, snapshot, url }, { signal }),
    )
    log.add('restoreWithoutProof', { seconds: seconds - (phases?.proving ?? 0) })
    await engine.drop(url)
  }

  async #take(name: EngineMeasureName): Promise<string> {
    const { engine, signal } = this.#options
    const { snapshot } = await this.#measure(name, async () => {
      const take = () => runWorker({ kind: 'take', repository: this.#repository, url: engine.url }, { signal })
      const { result, storedBytes } = await growthOf(this.#repository, take)
      return { ...result, storedBytes } satisfies WorkerMeasurement & Sample
    })
    return snapshot as string
  }

  /** Left out where a program of it is missing. `file` is what it grows. */
  async #program(
    name: EngineMeasureName,
    pipeline: Pipeline,
    { file, env = {} }: { readonly file?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    const { missing, signal } = this.#options
    if (pipeline.some(([program]) => missing.includes(program as string))) return
    await this.#measure(name, async () => {
      const { seconds } = await runPipeline(pipeline, { env, signal })
      return file === undefined ? { seconds } : { seconds, storedBytes: await sizeOf(file) }
    })
  }

  /** What the last measurement left for the disk to do must not slow down this one. */
  async #measure<Measured extends Sample>(name: EngineMeasureName, work: () => Promise<Measured>): Promise<Measured> {
    const { log, say, signal } = this.#options
    await promisify(execFile)('sync')
    signal.throwIfAborted()
    const measured = await work()
    const { seconds, storedBytes, peakBytes } = measured
    const facts = { seconds, storedBytes, peakBytes }
    log.add(
      name,
      Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as unknown as Sample,
    )
    say(
      `${name}: ${seconds.toFixed(3)} s${storedBytes === undefined ? '' : `, stored ${(storedBytes / 1e6).toFixed(3)} MB`}`,
    )
    return measured
  }
}
