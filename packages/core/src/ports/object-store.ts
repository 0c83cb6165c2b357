/** One stored file, as a listing shows it. */
export interface StoredFile {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** By the store's own clock; ages are computed from these alone, never from a machine's clock. */
  readonly modified: Date
}

/** Options of every call of a store. */
export interface StoreCallOptions {
  /** Aborted: the call fails with `InterruptedError`, promptly, and leaves nothing behind. */
  readonly signal?: AbortSignal
}

/** A piece of a file, in bytes. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/**
 * A place for named files: a folder, a bucket, memory. A repository keeps everything in one.
 *
 * Keys are relative, made of `[a-z0-9._-]` segments joined by `/`; never empty, never with `.` or `..` as a segment.
 * Failures arrive in our words: `StoreKeyMissingError`, `StoreFullError`, `StoreDeniedError`, `StoreFailedError`,
 * `DamagedError` (a range past the end), `InterruptedError`; never with a credential in them.
 */
export interface ObjectStore {
  /** For messages: `folder /backups`. Never a credential. */
  readonly label: string

  /**
   * Puts of packs, 16 MiB each, that a writer may have under way at a time. More hide what a request waits for, and each takes
   * memory for its body until it is done. Default 1: more make a disk no busier.
   */
  readonly parallelPuts?: number

  /**
   * Milliseconds within which a listing may lack what was put, or show what was deleted. Default 0: listings are right as soon as a put
   * resolves. Where they lag, a prune waits long before it deletes.
   */
  readonly listingLag?: number

  /**
   * Stores `body` (parts are joined) under `key`. Resolves only when it is durable and visible. On any failure nothing
   * becomes visible, not even partly, and an older file under the key is as it was. Replaces an older file atomically.
   * `exclusive: true` (default false): fails with `StoreFailedError` where the key already exists; of two at once, at
   * most one succeeds. The parts may be reused by the caller as soon as the promise settles.
   */
  put(
    key: string,
    body: readonly Uint8Array[],
    options?: StoreCallOptions & { readonly exclusive?: boolean },
  ): Promise<void>

  /** The whole file, or exactly `range` of it, in a buffer of the caller's own: a range that leaves the file is a `DamagedError`, never short data. */
  get(key: string, options?: StoreCallOptions & { readonly range?: ByteRange }): Promise<Buffer>

  /** Size and time of one file, or undefined where there is none. */
  stat(key: string, options?: StoreCallOptions): Promise<StoredFile | undefined>

  /** Every file whose key begins with `prefix`, in no promised order; each file present throughout appears exactly once. */
  list(prefix: string, options?: StoreCallOptions): AsyncIterable<StoredFile>

  /** Removes a file; a missing one is success. */
  delete(key: string, options?: StoreCallOptions): Promise<void>

  /** Releases handles. The store is not used afterwards. Closing twice is success. */
  close(): Promise<void>
}
