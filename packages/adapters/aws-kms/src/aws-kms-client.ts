import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms'
import { UnsupportedRuntimeError, UsageError } from '@dbsnap/core/errors'
import type { AwsKmsOptions } from './aws-kms-options.ts'
import { regionOfArn } from './key-name.ts'

/** The module of npm that speaks to KMS. */
export type KmsDriver = typeof import('@aws-sdk/client-kms')

/** A client with the driver's commands. */
export interface KmsConnection {
  readonly driver: KmsDriver
  readonly client: KMSClient
}

/** Five sends with pauses between them outlast a throttled second; whoever has another secret is not to wait for long. */
const MAX_ATTEMPTS = 5

const CONNECT_MS = 5_000

/** Without a byte in either direction. Answers take some ten milliseconds. */
const SILENCE_MS = 10_000

/**
 * Runs `call` with a client, which is closed afterwards: a repository is opened by one request, so that nothing is kept for the
 * next. The SDK, which takes a tenth of a second to load, is not loaded before.
 */
export async function withKms<T>(options: AwsKmsOptions, call: (connection: KmsConnection) => Promise<T>): Promise<T> {
  const driver = await loadDriver()
  if (options.client !== undefined) return call({ driver, client: options.client })
  const client = new driver.KMSClient(clientConfig(options))
  try {
    await requireRegion(client)
    return await call({ driver, client })
  } finally {
    client.destroy()
  }
}

/** The SDK's own words for it are in no name or code, and nothing else of its failures is repeated. */
async function requireRegion(client: KMSClient): Promise<void> {
  await client.config.region().catch(() => {
    throw new UsageError('the region of the AWS KMS key is not known', {
      hint: 'Give the ARN of the key, or set AWS_REGION.',
    })
  })
}

async function loadDriver(): Promise<KmsDriver> {
  try {
    return await import('@aws-sdk/client-kms')
  } catch {
    throw new UnsupportedRuntimeError('the package @aws-sdk/client-kms is not installed', {
      hint: 'Install it beside @dbsnap/aws-kms: npm install @aws-sdk/client-kms',
    })
  }
}

function clientConfig({ keyId, endpoint, credentials, ca, ...options }: AwsKmsOptions): KMSClientConfig {
  const region = options.region ?? regionOfArn(keyId)
  return {
    maxAttempts: options.maxAttempts ?? MAX_ATTEMPTS,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      ...(ca === undefined ? {} : { httpsAgent: { ca } }),
    },
  }
}
