import { awsStatusOf } from '@dbsnap/core/adapter'
import { DamagedError, StoreFailedError } from '@dbsnap/core/errors'
import type { ByteRange, StoreCallOptions } from '@dbsnap/core/ports'
import type { S3Bucket } from './s3-bucket.ts'
import type { S3Connection } from './s3-client.ts'
import { abortedBy } from './s3-upload.ts'

/** The SDK sends a request again that had no answer; one whose body breaks off is ours to repeat. */
const BODY_ATTEMPTS = 5

/** What of a download may be given. */
export interface DownloadOptions extends StoreCallOptions {
  readonly range?: ByteRange
}

/** The whole object or exactly a range of it, in a buffer of the caller's own. */
export async function download(
  bucket: S3Bucket,
  connection: S3Connection,
  key: string,
  { range, signal }: DownloadOptions,
): Promise<Buffer> {
  if (range !== undefined && (range.offset < 0 || range.length < 0)) throw pastTheEnd(bucket, key)
  if (range?.length === 0) return emptyRange(bucket, connection, key, range, signal)
  const { driver, client } = connection
  const Range = range === undefined ? {} : { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` }
  for (let attempt = 1; ; attempt++) {
    const command = new driver.GetObjectCommand({ ...bucket.place(key), ...Range })
    const answer = await client.send(command, abortedBy(signal)).catch((error: unknown) => {
      throw awsStatusOf(error) === 416 ? pastTheEnd(bucket, key) : error
    })
    // A server that passes over the range answers with the whole: 200 in place of 206.
    const skip = range !== undefined && answer.ContentRange === undefined ? range.offset : 0
    const body = await gather(answer.Body as AsyncIterable<Uint8Array>, answer.ContentLength, signal)
    if (body !== undefined) return range === undefined ? body : exactly(bucket, key, body, skip, range.length)
    if (attempt === BODY_ATTEMPTS) {
      throw new StoreFailedError(`${key} in ${bucket.label} broke off ${attempt} times while it was read`, {
        hint: 'Check the network between here and the store, then run it again.',
      })
    }
  }
}

/** The whole body; undefined where it broke off. */
async function gather(
  body: AsyncIterable<Uint8Array>,
  length: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = []
  let received = 0
  const whole = length === undefined ? undefined : Buffer.alloc(length)
  try {
    for await (const part of body) {
      if (whole === undefined) parts.push(part)
      else if (received + part.length <= whole.length) whole.set(part, received)
      received += part.length
    }
  } catch (error) {
    if (signal?.aborted) throw error
    return undefined
  }
  if (whole === undefined) return Buffer.concat(parts)
  return received === whole.length ? whole : undefined
}

function exactly(bucket: S3Bucket, key: string, body: Buffer, skip: number, length: number): Buffer {
  if (body.length < skip + length) throw pastTheEnd(bucket, key)
  return skip === 0 && body.length === length ? body : Buffer.from(body.subarray(skip, skip + length))
}

/** There is no way to ask for no bytes; that the object reaches as far is still to be seen. */
async function emptyRange(
  bucket: S3Bucket,
  { driver, client }: S3Connection,
  key: string,
  { offset }: ByteRange,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const found = await client.send(new driver.HeadObjectCommand(bucket.place(key)), abortedBy(signal))
  if (offset > (found.ContentLength ?? 0)) throw pastTheEnd(bucket, key)
  return Buffer.alloc(0)
}

function pastTheEnd(bucket: S3Bucket, key: string): DamagedError {
  return new DamagedError(`${key} in ${bucket.label} is shorter than what was to be read`, {
    hint: 'The file was cut or replaced. Run `dbsnap check`.',
  })
}
