import { join } from 'node:path'
import { folder, Repository } from '@dbsnap/core'
import type { MeasureName, Sample } from './figures.ts'
import { growthOf } from './folder-size.ts'
import { runWorker, type WorkerMeasurement } from './run-worker.ts'
import type { Workbench } from './workbench.ts'
import { BENCH_PASSPHRASE, type DiffSide } from './worker-job.ts'

/** A new repository of ours, used from worker processes. */
export class SnapshotRepository {
  readonly #bench: Workbench
  readonly #folder: string

  private constructor(bench: Workbench, path: string) {
    this.#bench = bench
    this.#folder = path
  }

  static async create(bench: Workbench, name: string): Promise<SnapshotRepository> {
    const path = join(bench.folder, name)
    const repository = await Repository.create(folder(path), { passphrase: BENCH_PASSPHRASE })
    await repository.close()
    return new SnapshotRepository(bench, path)
  }

  /** Takes a snapshot. Resolves to its id. */
  async take(name: MeasureName, url: string): Promise<string> {
    const { snapshot } = await this.#bench.measure(name, async () => {
      const take = () => this.#run({ kind: 'take', repository: this.#folder, url })
      const { result, storedBytes } = await growthOf(this.#folder, take)
      return { ...result, storedBytes }
    })
    return snapshot as string
  }

  /** Compares. Fails unless exactly `changes` changes are found. */
  async diff(name: MeasureName, left: string, right: DiffSide, changes: number): Promise<void> {
    const { records } = await this.#bench.measure(name, () =>
      this.#run({ kind: 'diff', repository: this.#folder, left, right }),
    )
    if (records !== changes) throw new Error(`${name} found ${records} changes where ${changes} were made`)
  }

  /** Restores into an empty database, and proves it. */
  async restore(snapshot: string, url: string): Promise<void> {
    const { seconds, phases } = await this.#bench.measure('restore', () =>
      this.#run({ kind: 'restore', repository: this.#folder, snapshot, url }),
    )
    const withoutProof: Sample = { seconds: seconds - (phases?.proving ?? 0) }
    this.#bench.log.add('restoreWithoutProof', withoutProof)
    const each = Object.entries(phases ?? {}).map(([phase, took]) => `${phase} ${took.toFixed(2)}`)
    this.#bench.say(`  of it ${each.join(', ')}`)
  }

  /** Writes the SQL script of a snapshot into nothing. */
  async export(snapshot: string): Promise<void> {
    await this.#bench.measure('export', () =>
      this.#run({ kind: 'export', repository: this.#folder, snapshot, format: 'sql' }),
    )
  }

  #run(job: Parameters<typeof runWorker>[0]): Promise<WorkerMeasurement> {
    return runWorker(job, { signal: this.#bench.signal })
  }
}
