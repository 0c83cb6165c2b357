import type { S3Client } from '@aws-sdk/client-s3'

/** Where a bucket lies and how files are stored in it. */
export interface S3Options {
  readonly bucket: string
  /** What every key begins with, without a slash at either end. Default: nothing, the bucket is the repository's alone. */
  readonly prefix?: string
  /** `https://host[:port]` of a store that is compatible with S3. Default: Amazon's own. Never with a credential in it. */
  readonly endpoint?: string
  /** Default: what the SDK finds in environment and profile; `us-east-1` where an endpoint is given. */
  readonly region?: string
  /** `https://host/bucket/key` and not `https://bucket.host/key`. Default: true where an endpoint is given. */
  readonly pathStyle?: boolean
  /** As the store names it: `STANDARD_IA`. It must be readable at once. Default: the bucket's. */
  readonly storageClass?: string
  /** Encryption by the server, beside ours: `AES256`, `aws:kms`. Default: the bucket's. */
  readonly serverSideEncryption?: string
  /** The key of `aws:kms`. Default: the account's. */
  readonly kmsKeyId?: string
  /** Certificates (PEM) that sign the endpoint's own. Default: what Node trusts. */
  readonly ca?: string | Buffer
  /** How often the SDK sends a request before it gives up, with growing pauses at random lengths. Default 8. */
  readonly maxAttempts?: number
  /** Default: the SDK's chain (environment, profile, SSO, container, instance). */
  readonly credentials?: S3Credentials
  /** A client of yours, which stays open; what is said above of the connection is then its matter. */
  readonly client?: S3Client
  /** Packs uploaded at a time, at least 1. Each takes 32 MiB of memory until it is done. Default 3. */
  readonly parallelPuts?: number
  /** Bodies above this are uploaded in parts. Bytes, default 64 MiB; packs are 16 MiB. */
  readonly multipartBytes?: number
}

/** A pair of keys, and the token of a session where there is one. */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}
