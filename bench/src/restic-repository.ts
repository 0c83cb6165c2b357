import { join } from 'node:path'
import type { MeasureName } from './figures.ts'
import { growthOf } from './folder-size.ts'
import { runPipeline } from './run-process.ts'
import type { Workbench } from './workbench.ts'

/** A new restic repository that `pg_dump` is piped into: encrypted, compressed and deduplicated, as ours. */
export class ResticRepository {
  readonly #bench: Workbench
  readonly #folder: string
  readonly #env: Record<string, string>
  readonly #tools: { readonly restic: string; readonly pgDump: string }

  private constructor(bench: Workbench, name: string, tools: { restic: string; pgDump: string }) {
    this.#bench = bench
    this.#tools = tools
    this.#folder = join(bench.folder, name)
    this.#env = {
      RESTIC_REPOSITORY: this.#folder,
      RESTIC_PASSWORD: 'benchmark',
      RESTIC_CACHE_DIR: join(bench.folder, `${name}-cache`),
      RESTIC_PROGRESS_FPS: '0.01',
    }
  }

  /** `undefined` where restic or `pg_dump` is missing. */
  static async create(bench: Workbench, name: string): Promise<ResticRepository | undefined> {
    const { restic, pg_dump: pgDump } = bench.tools
    if (restic === undefined || pgDump === undefined) return undefined
    const repository = new ResticRepository(bench, name, { restic: restic.path, pgDump: pgDump.path })
    await runPipeline([[restic.path, 'init']], { env: repository.#env, signal: bench.signal })
    return repository
  }

  async backup(name: MeasureName, url: string): Promise<void> {
    const { restic, pgDump } = this.#tools
    const commands = [
      [pgDump, `--dbname=${url}`],
      [restic, 'backup', '--quiet', '--host=bench', '--stdin', '--stdin-filename=orders.sql'],
    ]
    await this.#bench.measure(name, async () => {
      const backup = () => runPipeline(commands, { env: this.#env, signal: this.#bench.signal })
      const { result, storedBytes } = await growthOf(this.#folder, backup)
      return { ...result, storedBytes }
    })
  }
}
