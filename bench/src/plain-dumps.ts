import { join } from 'node:path'
import { sizeOf } from './folder-size.ts'
import { runPipeline } from './run-process.ts'
import { runWorker } from './run-worker.ts'
import type { Workbench } from './workbench.ts'

const CUSTOM_FILE = 'orders.dump'

/** The bare ordered read, in the same kind of process as a take. */
export async function measureBareCopy(bench: Workbench, url: string): Promise<void> {
  await bench.measure('bareCopy', () => runWorker({ kind: 'bare-copy', url }, { signal: bench.signal }))
}

/** `pg_dump -Fc` to a file, which `measurePgRestore` reads. */
export async function measureCustomDump(bench: Workbench, url: string): Promise<void> {
  const { pg_dump: pgDump } = bench.tools
  if (pgDump === undefined) return
  const file = join(bench.folder, CUSTOM_FILE)
  await bench.measure('pgDumpCustom', async () => {
    const command = [pgDump.path, '--format=custom', `--file=${file}`, `--dbname=${url}`]
    const result = await runPipeline([command], { signal: bench.signal })
    return { ...result, storedBytes: await sizeOf(file) }
  })
}

/** `pg_dump | zstd -3` to a file. */
export async function measureZstdDump(bench: Workbench, url: string): Promise<void> {
  const { pg_dump: pgDump, zstd } = bench.tools
  if (pgDump === undefined || zstd === undefined) return
  const file = join(bench.folder, 'orders.sql.zst')
  await bench.measure('pgDumpZstd', async () => {
    const commands = [
      [pgDump.path, `--dbname=${url}`],
      [zstd.path, '-3', '--quiet', '--force', '-o', file],
    ]
    const result = await runPipeline(commands, { signal: bench.signal })
    return { ...result, storedBytes: await sizeOf(file) }
  })
}

/** `pg_restore -j2` of what `measureCustomDump` wrote, into an empty database. */
export async function measurePgRestore(bench: Workbench, name: string): Promise<void> {
  const { pg_restore: pgRestore, pg_dump: pgDump } = bench.tools
  if (pgRestore === undefined || pgDump === undefined) return
  const url = await bench.server.create(name)
  await bench.measure('pgRestore', () =>
    runPipeline([[pgRestore.path, '--jobs=2', '--exit-on-error', `--dbname=${url}`, join(bench.folder, CUSTOM_FILE)]], {
      signal: bench.signal,
    }),
  )
  await bench.server.drop(name)
}
