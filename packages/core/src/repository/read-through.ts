import type { LocalCopies } from '../ports/local-copies.ts'
import type { ByteRange } from '../ports/object-store.ts'
import { freeBuffer } from '../values/free-buffer.ts'

/** Something that lies in a store for good, and perhaps on this machine. */
export interface KeptPlace<T> {
  /** Undefined: always from the store. */
  readonly copies: LocalCopies | undefined
  /** What the copy is called. */
  readonly name: string
  /** The piece of the copy that is wanted. Default: all of it. */
  readonly range?: ByteRange
  /** Whether to keep a copy of what was fetched. */
  readonly keep: boolean
  /** Reads it from the store. The bytes are the reader's own, who frees them. */
  readonly fetch: () => Promise<Buffer>
  /** Decrypts it, and keeps no view of the bytes. Throws `DamagedError` where they are not authentic. Is told of which of the two they are. */
  readonly open: (bytes: Buffer, isCopy: boolean) => T
}

/**
 * Opens the copy on this machine, or where there is none, or a damaged one, what the store has. Only what has opened is kept. So a
 * copy is never a reason to fail, nor to believe anything that the store would not be believed.
 */
export async function readThrough<T>({ copies, name, range, keep, fetch, open }: KeptPlace<T>): Promise<T> {
  const copy = await copies?.read(name, range)
  if (copy !== undefined) {
    try {
      return open(copy, true)
    } catch {
      // Whatever is wrong with it: if it is not the copy alone, the store's bytes will fail alike.
      await copies?.drop(name)
    } finally {
      freeBuffer(copy)
    }
  }
  const bytes = await fetch()
  try {
    const opened = open(bytes, false)
    if (keep) await copies?.keep(name, bytes)
    return opened
  } finally {
    freeBuffer(bytes)
  }
}
