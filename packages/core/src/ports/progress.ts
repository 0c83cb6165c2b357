/** Where an operation stands. Totals are estimates until the operation ends. */
export interface Progress {
  readonly operation: 'take' | 'copy' | 'diff' | 'restore' | 'export' | 'check'
  /** What is being done now, in a word a person reads: `reading`, `loading`, `verifying`. */
  readonly phase: string
  readonly collection?: string
  readonly records: number
  readonly totalRecords: number
  /** Plain bytes of records seen. */
  readonly bytes: number
  readonly totalBytes: number
  /** Bytes written to the store so far (take, copy). */
  readonly storedBytes: number
}

/** Called at most about ten times a second and once at the end; must not throw. */
export type ProgressListener = (progress: Progress) => void
