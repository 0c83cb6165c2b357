import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'
import type { S3Options } from './s3-options.ts'

/** The module of npm that speaks to a store. */
export type S3Driver = typeof import('@aws-sdk/client-s3')

/** A client with the driver's commands. */
export interface S3Connection {
  readonly driver: S3Driver
  readonly client: S3Client
  /** Does nothing to a client that was given. */
  close(): void
}

/** Eight sends with pauses of up to 20 s between them outlast what a busy store asks for by 503. */
const MAX_ATTEMPTS = 8

const CONNECT_MS = 10_000

/** Without a byte in either direction. A stuck connection is then tried again. */
const SILENCE_MS = 60_000

/** Loads the SDK, which takes a tenth of a second: not before the first call. */
export async function connectS3(options: S3Options): Promise<S3Connection> {
  const driver = await loadDriver()
  if (options.client !== undefined) return { driver, client: options.client, close: () => {} }
  const client = new driver.S3Client(clientConfig(options))
  return { driver, client, close: () => client.destroy() }
}

async function loadDriver(): Promise<S3Driver> {
  try {
    return await import('@aws-sdk/client-s3')
  } catch {
    throw new UnsupportedRuntimeError('the package @aws-sdk/client-s3 is not installed', {
      hint: 'Install it beside @dbsnap/s3: npm install @aws-sdk/client-s3',
    })
  }
}

function clientConfig(options: S3Options): S3ClientConfig {
  const { endpoint, region, credentials, ca } = options
  return {
    maxAttempts: options.maxAttempts ?? MAX_ATTEMPTS,
    // Compatible stores refuse the checksums that the SDK adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    forcePathStyle: options.pathStyle ?? endpoint !== undefined,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...regionOf(region, endpoint),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      ...(ca === undefined ? {} : { httpsAgent: { ca } }),
    },
  }
}

/** Compatible stores have regions in name only, but a signature needs one. */
function regionOf(region: string | undefined, endpoint: string | undefined): { region?: string } {
  if (region !== undefined) return { region }
  if (endpoint === undefined) return {}
  return { region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1' }
}
