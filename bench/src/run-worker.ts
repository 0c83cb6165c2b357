import { fileURLToPath } from 'node:url'
import { runProcess } from './run-process.ts'
import type { WorkerJob, WorkerReport } from './worker-job.ts'

const WORKER = fileURLToPath(new URL('../worker.ts', import.meta.url))

/** Tests run the sources, as Vitest itself does; measurements run what is built and published. */
const CONDITIONS = process.env.VITEST === undefined ? [] : ['--conditions=dbsnap:source']

/** What a worker reported, and how long its process lived. */
export interface WorkerMeasurement extends WorkerReport {
  readonly processSeconds: number
}

/** Does a job in a process of its own, with Node's default flags. Fails, with what the process said, where the job does. */
export async function runWorker(
  job: WorkerJob,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<WorkerMeasurement> {
  const { stdout, seconds } = await runProcess(process.execPath, [...CONDITIONS, WORKER, JSON.stringify(job)], {
    signal,
  })
  const report: WorkerReport = JSON.parse(stdout)
  return { ...report, processSeconds: seconds }
}
