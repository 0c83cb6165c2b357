import { UsageError } from '@dbsnap/core/errors'

/** What KMS takes as the name of a key: an id, an ARN, `alias/name`, the ARN of an alias. */
const KEY_NAME = /^(?:arn:[\w-]+:kms:([\w-]+):\d{12}:(?:key\/[\w-]+|alias\/[\w/-]+)|alias\/[\w/-]+|[\w-]+)$/

/** Fails with `UsageError` where `name` cannot be the name of a key. */
export function requireKeyName(name: string): string {
  if (KEY_NAME.test(name)) return name
  throw new UsageError('this is no name of an AWS KMS key', {
    hint: 'Give its ARN, its id, alias/name or the ARN of an alias.',
  })
}

/** The region in an ARN; undefined for other names. */
export function regionOfArn(name: string): string | undefined {
  return KEY_NAME.exec(name)?.[1]
}

/**
 * Whether what was wrapped with the key `arn` may be opened by the one called `name`. An alias may be the name of any; a
 * multi-Region key has the same id everywhere.
 */
export function mayBeSameKey(name: string, arn: unknown): boolean {
  const isAlias = /(^|:)alias\//.test(name)
  return isAlias || (typeof arn === 'string' && lastPart(arn) === lastPart(name))
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
