import type { ByteRange } from './object-store.ts'

/**
 * Copies, on this machine, of what a store holds for good: whole files or pieces of such, as they are stored. What they hold may be
 * gone or damaged at any time, so whoever reads one must authenticate it and go to the store where it is not what it should be.
 * Never fails: what cannot be read is not there, what cannot be written is not kept.
 */
export interface LocalCopies {
  /** The copy under `name`, or exactly `range` of it, in a buffer of the caller's own; undefined where there is none or it is shorter. */
  read(name: string, range?: ByteRange): Promise<Buffer | undefined>

  /** Keeps a copy, if it can. Names are as keys of a store are. `bytes` are the caller's again when this resolves. */
  keep(name: string, bytes: Uint8Array): Promise<void>

  /** Lets go of a copy. */
  drop(name: string): Promise<void>
}
