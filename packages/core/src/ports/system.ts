/** Time. The only implementation that touches the globals lies in `system/`. */
export interface Clock {
  now(): Date
  /** Milliseconds from an arbitrary start, never going back; for durations. */
  monotonic(): number
  /** Resolves after `milliseconds`, or rejects with `InterruptedError` when `signal` is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** Unpredictable bytes, fit for keys. */
export interface Randomness {
  bytes(length: number): Buffer
}

/** Where a process runs. */
export interface ProcessName {
  readonly host: string
  readonly pid: number
}
