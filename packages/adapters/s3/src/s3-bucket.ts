import { StoreFailedError, throwIfInterrupted } from '@dbsnap/core/errors'
import type { StoreCallOptions } from '@dbsnap/core/ports'
import { connectS3, type S3Connection, type S3Driver } from './s3-client.ts'
import { s3Error } from './s3-error-translation.ts'
import type { S3Options } from './s3-options.ts'

/** How a file of ours is named there. */
export interface S3Place {
  readonly Bucket: string
  readonly Key: string
}

/** One prefix of a bucket and the connection to it, made at the first call. */
export class S3Bucket {
  readonly label: string
  readonly options: S3Options
  readonly #root: string
  #connection: Promise<S3Connection> | undefined
  #closed = false

  constructor(options: S3Options) {
    this.options = options
    const prefix = (options.prefix ?? '').replace(/^\/+|\/+$/g, '')
    this.#root = prefix === '' ? '' : `${prefix}/`
    this.label = `s3://${options.bucket}${prefix === '' ? '' : `/${prefix}`}`
  }

  place(key: string): S3Place {
    return { Bucket: this.options.bucket, Key: this.#root + key }
  }

  /** Undefined where the key is not below our prefix. */
  keyOf(name: string): string | undefined {
    return name.startsWith(this.#root) ? name.slice(this.#root.length) : undefined
  }

  /** Runs `call`, whose failures leave it in our words. `doing` completes "cannot ... in s3://bucket". */
  async run<T>(doing: string, options: StoreCallOptions, call: (connection: S3Connection) => Promise<T>): Promise<T> {
    throwIfInterrupted(options.signal, doing)
    try {
      return await call(await this.connect())
    } catch (error) {
      throw s3Error(error, { what: `cannot ${doing} in ${this.label}`, signal: options.signal })
    }
  }

  connect(): Promise<S3Connection> {
    if (this.#closed) {
      throw new StoreFailedError(`${this.label} is closed`, { hint: 'Open the repository again.' })
    }
    this.#connection ??= connectS3(this.options)
    return this.#connection
  }

  async close(): Promise<void> {
    this.#closed = true
    const connection = await this.#connection?.catch(() => undefined) // what failed to open holds nothing
    connection?.close()
  }
}

export type { S3Connection, S3Driver }
