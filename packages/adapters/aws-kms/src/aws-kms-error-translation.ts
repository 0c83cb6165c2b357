import { awsNameOf, awsStatusOf } from '@dbsnap/core/adapter'
import {
  type DbSnapError,
  isDbSnapError,
  KeyServiceDeniedError,
  KeyServiceFailedError,
  KeyUnusableError,
} from '@dbsnap/core/errors'

const DENIED =
  /^(AccessDenied|NotAuthorized|UnrecognizedClient|InvalidSignature|IncompleteSignature|SignatureDoesNotMatch|InvalidClientTokenId|MissingAuthenticationToken|ExpiredToken|OptInRequired|Credentials?ProviderError)/
const UNUSABLE =
  /^(Disabled|KMSInvalidState|NotFound|InvalidArn|InvalidKeyUsage|UnsupportedOperation|Validation)(Exception)?$/

/** The key does not fit: another one encrypted it, or for another slot, or its bytes are not what KMS gave. */
export function isWrongKey(error: unknown): boolean {
  return /^(IncorrectKey|InvalidCiphertext)Exception$/.test(awsNameOf(error))
}

/** A failure of the SDK in the key provider's words. `doing` completes "cannot ... with the AWS KMS key". */
export function kmsError(error: unknown, doing: string, keyId: string): DbSnapError {
  if (isDbSnapError(error)) return error
  const name = awsNameOf(error)
  const status = awsStatusOf(error)
  const message = `cannot ${doing} with the AWS KMS key ${keyId}: ${name}`
  const data = { keyId, error: name, ...(status === undefined ? {} : { status }) }
  if (DENIED.test(name) || status === 401 || status === 403) {
    return new KeyServiceDeniedError(message, { hint: deniedHint(name), data })
  }
  if (UNUSABLE.test(name)) return new KeyUnusableError(message, { hint: unusableHint(name), data })
  return new KeyServiceFailedError(message, { hint: failedHint(name), data })
}

function deniedHint(name: string): string {
  if (name.includes('Provider')) {
    return 'No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.'
  }
  return 'Check the credentials and what they may do with the key: docs/keys.md lists the permissions.'
}

function unusableHint(name: string): string {
  if (name.startsWith('Disabled')) return 'Enable the key, or open the repository with another of its secrets.'
  if (name.startsWith('KMSInvalidState')) {
    return 'If its deletion is scheduled, cancel that now: once it is gone, only another secret opens the repository.'
  }
  if (/^(InvalidKeyUsage|Unsupported)/.test(name)) return 'It must be a symmetric key that encrypts and decrypts.'
  return 'Check the name of the key, its account and its region.'
}

function failedHint(name: string): string {
  if (/Throttl|LimitExceeded/.test(name)) return 'The account asks too much of KMS at the moment. Run it again.'
  return 'Check the region, the endpoint and the network, then run it again.'
}
