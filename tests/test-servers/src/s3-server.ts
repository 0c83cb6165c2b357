import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type GoServer, goBinary, goServerUnavailable } from './go-binary.ts'
import { startHttpServer } from './http-server-process.ts'

/** A running S3 server of our own. */
export interface S3Server {
  /** `http://127.0.0.1:port`. Path style, region `us-east-1`. */
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Makes an empty bucket of a new name. */
  bucket(): Promise<string>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** An S3 server in front of a folder, checked against what Amazon documents: conditional puts, ranges, signatures. */
const VERSITYGW: GoServer = {
  name: 'versitygw',
  module: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
  variable: 'DBSNAP_TEST_VERSITYGW',
}

/** Of servers that listen on this machine alone and live for one test. */
const CREDENTIALS = { accessKeyId: 'dbsnap-test', secretAccessKey: 'only-for-tests-0123456789' } as const

/** Why no S3 server can be started here; undefined where one can. For `skipIf`, with the skip declared. */
export function s3Unavailable(): Promise<string | undefined> {
  return goServerUnavailable(VERSITYGW)
}

/** Starts a `versitygw` on a fresh folder and a free port; resolves once it answers. */
export async function startS3(): Promise<S3Server> {
  const { accessKeyId, secretAccessKey } = CREDENTIALS
  const { endpoint, folder, stop } = await startHttpServer(await goBinary(VERSITYGW), async (port, at) => {
    await mkdir(join(at, 'data'))
    return {
      args: ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', join(at, 'data')],
      variables: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
    }
  })
  let buckets = 0
  const bucket = async (): Promise<string> => {
    const name = `bucket-${++buckets}`
    await mkdir(join(folder, 'data', name)) // a folder there is a bucket of the root user
    return name
  }
  return { endpoint, credentials: CREDENTIALS, bucket, stop }
}
