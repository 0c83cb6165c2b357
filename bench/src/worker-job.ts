/** What a worker process does, once, from a cold start. `repository` is a folder, `snapshot` names one in it. */
export type WorkerJob =
  | { readonly kind: 'open'; readonly repository: string }
  | { readonly kind: 'bare-copy'; readonly url: string }
  | { readonly kind: 'take'; readonly repository: string; readonly url: string; readonly maxRate?: number }
  | { readonly kind: 'diff'; readonly repository: string; readonly left: string; readonly right: DiffSide }
  | { readonly kind: 'restore'; readonly repository: string; readonly snapshot: string; readonly url: string }
  | {
      readonly kind: 'export'
      readonly repository: string
      readonly snapshot: string
      readonly format: 'sql' | 'json' | 'ndjson' | 'csv'
    }

/** A snapshot, or a live database. */
export type DiffSide = { readonly snapshot: string } | { readonly url: string }

/** What the call in question gave. */
export interface JobResult {
  /** Of the call alone: modules are loaded and the repository is open before it. */
  readonly seconds: number
  /** Id of the snapshot that was taken. */
  readonly snapshot?: string
  /** Records read, or changes found. */
  readonly records?: number
  /** Bytes read or written. */
  readonly bytes?: number
  /** Seconds in each phase that the operation reported. */
  readonly phases?: Readonly<Record<string, number>>
}

export interface WorkerReport extends JobResult {
  /** User and system time of the whole process. */
  readonly cpuSeconds: number
  /** The most memory that the process ever had: `VmHWM`. */
  readonly peakBytes: number
}

/** Of every repository that a benchmark makes. Nothing in them is secret. */
export const BENCH_PASSPHRASE = 'benchmark'
