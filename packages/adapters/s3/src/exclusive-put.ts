import { randomUUID } from 'node:crypto'
import { awsNameOf, awsStatusOf } from '@dbsnap/core/adapter'
import { StoreFailedError } from '@dbsnap/core/errors'
import type { StoreCallOptions } from '@dbsnap/core/ports'
import type { S3Bucket } from './s3-bucket.ts'
import type { S3Connection } from './s3-client.ts'
import { isMissing } from './s3-error-translation.ts'
import { abortedBy, upload } from './s3-upload.ts'

/** What a store makes of `If-None-Match: *`. */
export type ConditionalPuts = 'honoured' | 'refused' | 'ignored'

/** No legal key of a repository begins with a tilde, so neither is ever listed or met. */
const PROBE = '~conditional-put-probe'
const CLAIMS = '~claims/'

/**
 * Finds out what the store makes of a conditional put, on an empty object of its own that stays there. One request
 * where the object is there already and conditions are honoured.
 */
export async function probeConditionalPuts(bucket: S3Bucket, connection: S3Connection): Promise<ConditionalPuts> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const { driver, client } = connection
      await client.send(
        new driver.PutObjectCommand({ ...bucket.place(PROBE), IfNoneMatch: '*', Body: Buffer.alloc(0) }),
      )
    } catch (error) {
      if (isConflict(error)) return 'honoured'
      if (isUnsupported(error)) return 'refused'
      throw error
    }
  }
  return 'ignored'
}

/** Puts `key` where the store itself lets only one succeed. */
export async function putIfNew(
  bucket: S3Bucket,
  connection: S3Connection,
  key: string,
  body: readonly Uint8Array[],
  options: StoreCallOptions,
): Promise<void> {
  try {
    await upload(bucket, connection, key, body, { ...options, onlyIfNew: true })
  } catch (error) {
    throw isConflict(error) ? existsAlready(bucket, key) : error
  }
}

/**
 * Puts `key` where the store knows no conditions: leave a claim, list all claims, and write only where there is no other
 * and the key is still free. Of two at once each sees the other's claim or its file, so at most one writes; it may be
 * that none does. Needs listings that show what was put before (decision 0014).
 */
export async function putByClaim(
  bucket: S3Bucket,
  connection: S3Connection,
  key: string,
  body: readonly Uint8Array[],
  options: StoreCallOptions,
): Promise<void> {
  const { driver, client } = connection
  if (await exists(bucket, connection, key)) throw existsAlready(bucket, key)
  const claims = `${CLAIMS}${key}/~`
  const claim = bucket.place(claims + randomUUID())
  await client.send(new driver.PutObjectCommand({ ...claim, Body: Buffer.alloc(0) }))
  try {
    const { Bucket, Key: Prefix } = bucket.place(claims)
    const listed = await client.send(new driver.ListObjectsV2Command({ Bucket, Prefix }), abortedBy(options.signal))
    const names = (listed.Contents ?? []).map((file) => file.Key)
    if (!names.includes(claim.Key))
      throw new StoreFailedError(`${bucket.label} does not list what was just put`, {
        hint: 'This store can keep no repository that several writers use: it knows no conditional puts and its listings lag.',
      })
    if (names.length > 1) throw claimedByAnother(bucket, key)
    // After the listing: who had claimed before us and withdrawn the claim has written by now.
    if (await exists(bucket, connection, key)) throw existsAlready(bucket, key)
    await upload(bucket, connection, key, body, options)
  } finally {
    await client.send(new driver.DeleteObjectCommand(claim)).catch(() => {}) // it then only blocks a key that is taken
  }
}

async function exists(bucket: S3Bucket, { driver, client }: S3Connection, key: string): Promise<boolean> {
  try {
    await client.send(new driver.HeadObjectCommand(bucket.place(key)))
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

function isConflict(error: unknown): boolean {
  return awsStatusOf(error) === 412 || awsStatusOf(error) === 409 || awsNameOf(error) === 'PreconditionFailed'
}

/** A store that knows no condition says so by 501, or by 400 for a header that it does not expect. */
function isUnsupported(error: unknown): boolean {
  return (
    awsStatusOf(error) === 501 ||
    (awsStatusOf(error) === 400 && /NotImplemented|InvalidArgument/.test(awsNameOf(error)))
  )
}

function existsAlready(bucket: S3Bucket, key: string): StoreFailedError {
  return new StoreFailedError(`${key} exists already in ${bucket.label}`, { hint: 'Another writer was first.' })
}

function claimedByAnother(bucket: S3Bucket, key: string): StoreFailedError {
  return new StoreFailedError(`another writer is at ${key} in ${bucket.label}`, {
    hint: `Run it again. If no other writer lives, one that died left its claim: remove ${CLAIMS}${key}/ from the bucket.`,
  })
}
