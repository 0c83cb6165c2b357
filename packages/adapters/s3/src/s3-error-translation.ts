import { awsNameOf, awsStatusOf } from '@dbsnap/core/adapter'
import {
  type DbSnapError,
  type DbSnapErrorOptions,
  InterruptedError,
  isDbSnapError,
  StoreDeniedError,
  StoreFailedError,
  StoreFullError,
} from '@dbsnap/core/errors'

const FULL = /Quota|StorageFull|EntityTooLarge|InsufficientStorage|InsufficientCapacity|StorageLimit/i
const DENIED =
  /^(AccessDenied|Forbidden|SignatureDoesNotMatch|InvalidAccessKeyId|ExpiredToken|InvalidToken|TokenRefreshRequired|AccountProblem|AllAccessDisabled|RequestTimeTooSkewed|Credentials?ProviderError)$/i

/** What a call was for: the message's beginning (`cannot write packs/ab in s3://bucket`) and its signal. */
export interface S3CallContext {
  readonly what: string
  readonly signal?: AbortSignal | undefined
}

/**
 * A failure of the SDK in the store's words. The SDK's own error is not kept, not even as the cause: see `awsNameOf`.
 */
export function s3Error(error: unknown, { what, signal }: S3CallContext): DbSnapError {
  if (isDbSnapError(error)) return error
  if (signal?.aborted) {
    return new InterruptedError(`interrupted: ${what}`, { hint: 'Nothing half-done is left. Run it again.' })
  }
  const name = awsNameOf(error)
  const status = awsStatusOf(error)
  const message = `${what}: ${name}${status === undefined ? '' : ` (${status})`}`
  const data: DbSnapErrorOptions['data'] = { error: name, ...(status === undefined ? {} : { status }) }
  if (FULL.test(name) || status === 507) {
    return new StoreFullError(message, { hint: 'Make room there or raise the quota, then run it again.', data })
  }
  if (DENIED.test(name) || status === 401 || status === 403) {
    return new StoreDeniedError(message, { hint: deniedHint(name), data })
  }
  return new StoreFailedError(message, { hint: failedHint(name), data })
}

function deniedHint(name: string): string {
  if (/ProviderError/i.test(name)) {
    return 'No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.'
  }
  if (/Skewed/i.test(name)) return 'Set this machine’s clock.'
  return 'Check the credentials and what they may do: docs/s3.md lists the permissions.'
}

function failedHint(name: string): string {
  if (name === 'NoSuchBucket') return 'Make the bucket first, and check its name and region.'
  if (/Redirect|IllegalLocation/.test(name)) return 'The bucket is in another region: give region=... in the URL.'
  return 'Check the endpoint, the region and the network, then run it again.'
}

/** Whether the store said that there is nothing under the key. */
export function isMissing(error: unknown): boolean {
  const name = awsNameOf(error)
  return name === 'NoSuchKey' || name === 'NotFound' || (awsStatusOf(error) === 404 && name !== 'NoSuchBucket')
}
