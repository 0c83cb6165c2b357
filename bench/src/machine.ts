import { arch, cpus, loadavg, totalmem } from 'node:os'

/** What a figure depends on beside the code. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
}

export function thisMachine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? arch(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
  }
}

/** Runnable processes over the last minute, on average: before a run, what others take from it. */
export function loadNow(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2))
}
