import { readFileSync } from 'node:fs'
import { InvalidUrlError } from '@dbsnap/core/errors'
import type { S3Options } from './s3-options.ts'

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

const PARAMETERS: Readonly<Record<string, (options: Mutable<S3Options>, value: string) => void>> = {
  endpoint: (options, value) => {
    options.endpoint = endpointOf(value)
  },
  region: (options, value) => {
    options.region = value
  },
  'path-style': (options, value) => {
    if (value !== 'true' && value !== 'false') refuse('path-style is neither true nor false', 'Write path-style=true.')
    options.pathStyle = value === 'true'
  },
  'parallel-puts': (options, value) => {
    if (!/^[1-9]\d?$/.test(value)) refuse('parallel-puts is no number from 1 to 99', 'Write parallel-puts=3.')
    options.parallelPuts = Number(value)
  },
  'storage-class': (options, value) => {
    options.storageClass = value
  },
  sse: (options, value) => {
    options.serverSideEncryption = value
  },
  'sse-kms-key': (options, value) => {
    options.kmsKeyId = value
  },
  ca: (options, value) => {
    options.ca = readCa(value)
  },
}

/** Whether a text is meant as the URL of a bucket. */
export function isS3Url(text: string): boolean {
  return /^s3:\/\//i.test(text)
}

/**
 * `s3://bucket/prefix?endpoint=https://host&region=eu-central-1&path-style=true&storage-class=...&sse=...&sse-kms-key=...&ca=file.pem`.
 * Fails with `InvalidUrlError`, which never repeats the text. A credential in it is refused: it would end up in shell
 * histories and process lists.
 */
export function parseS3Url(text: string): S3Options {
  const match = /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text)
  if (match === null) refuse('this is not the URL of a bucket', 'Write s3://bucket/prefix?region=eu-central-1.')
  const [, bucket = '', path = '', query = ''] = match
  if (bucket.includes('@')) {
    refuse('the URL of the bucket holds a credential', 'Leave it out; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.')
  }
  if (!/^[a-z0-9][a-z0-9._-]{1,62}$/i.test(bucket)) refuse('the URL names no legal bucket', 'Write s3://bucket/prefix.')
  const options: Mutable<S3Options> = { bucket }
  const prefix = path.replace(/^\/+|\/+$/g, '')
  if (prefix !== '') options.prefix = decode(prefix)
  for (const [name, value] of new URLSearchParams(query)) {
    const apply = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined
    if (apply === undefined || value === '') {
      refuse(
        'the URL of the bucket has a parameter that is not known, or an empty one',
        `Known are ${Object.keys(PARAMETERS).join(', ')}.`,
      )
    }
    apply(options, value)
  }
  return options
}

function endpointOf(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const plain = url?.username === '' && url.password === '' && url.search === ''
  if (!plain || !/^https?:$/.test(url.protocol)) {
    refuse(
      'the endpoint in the URL of the bucket is not a plain http or https URL',
      'Write endpoint=https://host:port.',
    )
  }
  return value
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('the prefix in the URL of the bucket has a % that begins no %-form', 'Write a % sign as %25.')
  }
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return refuse('the file that ca names cannot be read', 'Give the path of a PEM file.')
  }
}

function refuse(what: string, hint: string): never {
  throw new InvalidUrlError(what, { hint })
}
