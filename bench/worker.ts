/** One job in a process of its own: the job as JSON in, its report as JSON out. Started by `src/run-worker.ts`. */

import { peakMemory } from './src/peak-memory.ts'
import type { WorkerJob, WorkerReport } from './src/worker-job.ts'
import { runJob } from './src/worker-jobs.ts'

const job: WorkerJob = JSON.parse(process.argv[2] ?? '')
const result = await runJob(job)
const { user, system } = process.cpuUsage()
const report: WorkerReport = { ...result, cpuSeconds: (user + system) / 1e6, peakBytes: peakMemory() }
process.stdout.write(JSON.stringify(report))
