import type { TextSink } from './text-sink.ts'

/** Writes records of one collection as text, from bytes to bytes. */
export interface RecordWriter {
  /** Must be called before the first record of each buffer. */
  begin(bytes: Buffer): void
  /** Appends the record `bytes[start, end)`. Fails with `DamagedError` where it is not what its layout says. */
  write(bytes: Buffer, start: number, end: number, out: TextSink): void
}
