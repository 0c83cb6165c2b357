import { S3Client } from '@aws-sdk/client-s3'
import type { ObjectStoreFixture } from '@dbsnap/adapter-test-kit'
import { type FaultProxy, type FaultRule, type S3Server, startFaultProxy, startS3 } from '@dbsnap/test-servers'
import { type S3Options, s3 } from '../src/index.ts'

let server: Promise<S3Server> | undefined

/** The server of this test file. */
export function s3Server(): Promise<S3Server> {
  server ??= startS3()
  return server
}

export async function stopS3Server(): Promise<void> {
  await (await server)?.stop()
}

/** Options of a store in a bucket of its own. */
export async function freshBucket(): Promise<S3Options> {
  const { endpoint, credentials, bucket } = await s3Server()
  return { bucket: await bucket(), prefix: 'some/where', endpoint, credentials }
}

/** What a law gets: a store in a bucket of its own, and one whose secret is wrong. */
export async function s3Fixture(change: Partial<S3Options> = {}): Promise<ObjectStoreFixture> {
  const options = { ...(await freshBucket()), ...change }
  const secret = 'canary-secret-that-nobody-may-see'
  const credentials = { accessKeyId: 'canary-access-key', secretAccessKey: secret }
  const store = s3(options)
  const { client: _, ...withoutClient } = options
  const wrong = s3({ ...withoutClient, credentials })
  const dispose = async (): Promise<void> => {
    await Promise.all([store.close(), wrong.close()])
  }
  return { store, unusable: { store: wrong, secrets: [secret, credentials.accessKeyId] }, dispose }
}

/** A client whose conditions never reach the server, as if that passed over them. */
export async function ignorantClient(): Promise<S3Client> {
  const { endpoint, credentials } = await s3Server()
  const client = new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  // Before the request is signed.
  client.middlewareStack.add(
    (next) => (call) => {
      const { headers } = call.request as { headers: Record<string, string> }
      delete headers['if-none-match']
      return next(call)
    },
    { step: 'build', name: 'ignorance' },
  )
  return client
}

/** A fixture behind a proxy with these faults. */
export async function faultyFixture(rules: readonly FaultRule[]): Promise<ObjectStoreFixture & { proxy: FaultProxy }> {
  const proxy = await startFaultProxy((await s3Server()).endpoint, rules)
  const fixture = await s3Fixture({ endpoint: proxy.endpoint })
  const dispose = async (): Promise<void> => {
    await fixture.dispose()
    await proxy.stop()
  }
  return { ...fixture, proxy, dispose }
}
