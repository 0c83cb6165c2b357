import { randomUUID } from 'node:crypto'
import type { ServerSideEncryption, StorageClass } from '@aws-sdk/client-s3'
import { awsStatusOf } from '@dbsnap/core/adapter'
import type { StoreCallOptions } from '@dbsnap/core/ports'
import { freeBuffer } from '@dbsnap/core/values'
import type { S3Bucket } from './s3-bucket.ts'
import type { S3Connection } from './s3-client.ts'

/** Amazon takes 5 GiB in one request; above this a lost request costs too much to send again. */
const MULTIPART_BYTES = 64 * 1024 * 1024

/** The smallest part, and the most of them that one upload may have. */
const PART_BYTES = 16 * 1024 * 1024
const MAX_PARTS = 10_000

/** The name of the object's metadata under which an upload leaves a mark of its own. */
const MARK = 'dbsnap-put'

/** What an upload may ask for. */
export interface UploadOptions extends StoreCallOptions {
  /** Send `If-None-Match: *`. */
  readonly onlyIfNew?: boolean
}

/**
 * Uploads a body in one request, or in parts where it is large. A request that fails may still have been carried out,
 * its answer lost: the object carries a mark of this very upload, and where that is found the upload has succeeded.
 *
 * A single request that is on its way is not broken off when the signal is aborted: the store might have it already,
 * and "nothing is left behind" could not be promised.
 */
export async function upload(
  bucket: S3Bucket,
  connection: S3Connection,
  key: string,
  body: readonly Uint8Array[],
  options: UploadOptions = {},
): Promise<void> {
  // Copied even where there is one part: the SDK may send it again after the caller has it back.
  const whole = Buffer.concat(body)
  const mark = randomUUID()
  try {
    if (whole.length > (bucket.options.multipartBytes ?? MULTIPART_BYTES)) {
      await uploadInParts(bucket, connection, key, whole, mark, options)
    } else {
      const { driver, client } = connection
      const condition = options.onlyIfNew === true ? { IfNoneMatch: '*' } : {}
      const request = { ...bucket.place(key), ...objectSettings(bucket, mark), ...condition, Body: whole }
      await client.send(new driver.PutObjectCommand(request))
    }
    // The server has read all of it: memory that the collector would let lie.
    freeBuffer(whole)
  } catch (error) {
    if (!mayHaveHappened(error) || !(await isMarked(bucket, connection, key, mark))) throw error
  }
}

function objectSettings(bucket: S3Bucket, mark: string) {
  const { storageClass, serverSideEncryption, kmsKeyId } = bucket.options
  return {
    ContentType: 'application/octet-stream',
    Metadata: { [MARK]: mark },
    // The SDK lists the names that Amazon knows; other stores have others, and the store is the one to refuse.
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    ...(serverSideEncryption === undefined
      ? {}
      : { ServerSideEncryption: serverSideEncryption as ServerSideEncryption }),
    ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
  }
}

async function uploadInParts(
  bucket: S3Bucket,
  { driver, client }: S3Connection,
  key: string,
  whole: Buffer,
  mark: string,
  { signal, onlyIfNew }: UploadOptions,
): Promise<void> {
  const place = bucket.place(key)
  const begun = await client.send(
    new driver.CreateMultipartUploadCommand({ ...place, ...objectSettings(bucket, mark) }),
    abortedBy(signal),
  )
  const upload = { ...place, UploadId: begun.UploadId }
  try {
    const partBytes = partSize(whole.length)
    const parts: { ETag: string | undefined; PartNumber: number }[] = []
    for (let offset = 0; offset < whole.length; offset += partBytes) {
      const PartNumber = parts.length + 1
      const Body = whole.subarray(offset, offset + partBytes)
      const sent = await client.send(new driver.UploadPartCommand({ ...upload, PartNumber, Body }), abortedBy(signal))
      parts.push({ ETag: sent.ETag, PartNumber })
    }
    const condition = onlyIfNew === true ? { IfNoneMatch: '*' } : {}
    const MultipartUpload = { Parts: parts }
    await client.send(new driver.CompleteMultipartUploadCommand({ ...upload, MultipartUpload, ...condition }))
  } catch (error) {
    // Best effort, invisible either way: docs/s3.md has the lifecycle rule that removes parts nobody completed.
    await client.send(new driver.AbortMultipartUploadCommand(upload)).catch(() => {})
    throw error
  }
}

/** Bytes of each part, so that the largest body fits into as many parts as there may be. */
export function partSize(bodyBytes: number): number {
  return Math.max(PART_BYTES, Math.ceil(bodyBytes / MAX_PARTS))
}

/** What the SDK takes beside a command. */
export function abortedBy(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}

/** Everything but a plain refusal: no answer, a server's failure, or a conflict, which may be with our own first sending. */
function mayHaveHappened(error: unknown): boolean {
  const status = awsStatusOf(error)
  return status === undefined || status >= 500 || status === 404 || status === 409 || status === 412
}

async function isMarked(bucket: S3Bucket, { driver, client }: S3Connection, key: string, mark: string) {
  try {
    const found = await client.send(new driver.HeadObjectCommand(bucket.place(key)))
    return found.Metadata?.[MARK] === mark
  } catch {
    return false // the first failure is the one to report
  }
}
