import { checkStoreKey, checkStorePrefix, isStoreKey } from '@dbsnap/core/adapter'
import { StoreKeyMissingError, throwIfInterrupted } from '@dbsnap/core/errors'
import type { ByteRange, ObjectStore, StoreCallOptions, StoredFile } from '@dbsnap/core/ports'
import { type ConditionalPuts, probeConditionalPuts, putByClaim, putIfNew } from './exclusive-put.ts'
import { parseS3Url } from './parse-s3-url.ts'
import { S3Bucket } from './s3-bucket.ts'
import type { S3Connection } from './s3-client.ts'
import { download } from './s3-download.ts'
import { isMissing, s3Error } from './s3-error-translation.ts'
import type { S3Options } from './s3-options.ts'
import { abortedBy, upload } from './s3-upload.ts'

/** As measured in docs/s3.md: enough to keep a line busy that is slower than the take, in memory that stays below 256 MB. */
const PARALLEL_PUTS = 3

/**
 * A store in a bucket of Amazon S3 or of a store compatible with it. The SDK is loaded and a connection made at the
 * first call. Credentials come from the SDK's chain unless they are given, never from the URL.
 *
 * ```ts
 * const repository = await Repository.open(s3('s3://backups/shop?region=eu-central-1'), { passphrase })
 * ```
 */
export function s3(place: string | S3Options): ObjectStore {
  return new S3Store(new S3Bucket(typeof place === 'string' ? parseS3Url(place) : place))
}

class S3Store implements ObjectStore {
  readonly label: string
  readonly parallelPuts: number
  readonly #bucket: S3Bucket
  #conditionalPuts: Promise<ConditionalPuts> | undefined

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket
    this.label = bucket.label
    this.parallelPuts = bucket.options.parallelPuts ?? PARALLEL_PUTS
  }

  async put(
    key: string,
    body: readonly Uint8Array[],
    options: StoreCallOptions & { readonly exclusive?: boolean } = {},
  ): Promise<void> {
    checkStoreKey(key)
    const bucket = this.#bucket
    await bucket.run(`write ${key}`, options, async (connection) => {
      const { signal } = options
      const call = signal === undefined ? {} : { signal }
      if (options.exclusive !== true) return upload(bucket, connection, key, body, call)
      const honoured = (await this.#probe(connection)) === 'honoured'
      return (honoured ? putIfNew : putByClaim)(bucket, connection, key, body, call)
    })
  }

  async get(key: string, options: StoreCallOptions & { readonly range?: ByteRange } = {}): Promise<Buffer> {
    checkStoreKey(key)
    return this.#bucket.run(`read ${key}`, options, async (connection) => {
      try {
        return await download(this.#bucket, connection, key, options)
      } catch (error) {
        if (!isMissing(error)) throw error
        const hint = 'It was never written, or was removed.'
        throw new StoreKeyMissingError(`${key} is not in ${this.label}`, { hint })
      }
    })
  }

  async stat(key: string, options: StoreCallOptions = {}): Promise<StoredFile | undefined> {
    checkStoreKey(key)
    return this.#bucket.run(`look for ${key}`, options, async ({ driver, client }) => {
      try {
        const command = new driver.HeadObjectCommand(this.#bucket.place(key))
        const found = await client.send(command, abortedBy(options.signal))
        return { key, size: found.ContentLength ?? 0, modified: found.LastModified ?? new Date(0) }
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    })
  }

  async *list(prefix: string, options: StoreCallOptions = {}): AsyncGenerator<StoredFile> {
    checkStorePrefix(prefix)
    const { Bucket, Key: Prefix } = this.#bucket.place(prefix)
    let after: string | undefined
    do {
      const page = await this.#bucket.run(`list ${prefix}`, options, ({ driver, client }) => {
        const from = after === undefined ? {} : { ContinuationToken: after }
        return client.send(new driver.ListObjectsV2Command({ Bucket, Prefix, ...from }), abortedBy(options.signal))
      })
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        throwIfInterrupted(options.signal, `listing ${prefix}`)
        const key = this.#bucket.keyOf(Key)
        if (key !== undefined && isStoreKey(key)) yield { key, size: Size, modified: LastModified }
      }
      throwIfInterrupted(options.signal, `listing ${prefix}`)
      after = page.IsTruncated === true ? page.NextContinuationToken : undefined
    } while (after !== undefined)
  }

  async delete(key: string, options: StoreCallOptions = {}): Promise<void> {
    checkStoreKey(key)
    await this.#bucket.run(`remove ${key}`, options, async ({ driver, client }) => {
      try {
        await client.send(new driver.DeleteObjectCommand(this.#bucket.place(key)), abortedBy(options.signal))
      } catch (error) {
        if (!isMissing(error)) throw error
      }
    })
  }

  close(): Promise<void> {
    return this.#bucket.close()
  }

  /** Asked once for the life of the store; again where the answer was a failure. */
  async #probe(connection: S3Connection): Promise<ConditionalPuts> {
    this.#conditionalPuts ??= probeConditionalPuts(this.#bucket, connection)
    try {
      return await this.#conditionalPuts
    } catch (error) {
      this.#conditionalPuts = undefined
      throw s3Error(error, { what: `cannot find out what conditional puts do in ${this.label}` })
    }
  }
}
