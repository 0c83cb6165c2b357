import { fileURLToPath } from 'node:url'
import { type ProcessResult, runProcess } from './run-process.ts'
import { BENCH_PASSPHRASE } from './worker-job.ts'

/** Writes packs and index files past the writer, which needs core's own codecs. */
const GENERATOR = fileURLToPath(new URL('../../packages/core/test/write-many-objects.ts', import.meta.url))

/** Makes a repository of so many objects in a folder: two snapshots of the source `many`. 3 GB and some minutes for 20 million. */
export function makeManyObjects(repository: string, objects: number, signal?: AbortSignal): Promise<ProcessResult> {
  return runProcess(process.execPath, [GENERATOR, repository, String(objects), BENCH_PASSPHRASE], { signal })
}
