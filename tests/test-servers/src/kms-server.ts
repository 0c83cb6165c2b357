import { join } from 'node:path'
import { type GoServer, goBinary, goServerUnavailable } from './go-binary.ts'
import { startHttpServer } from './http-server-process.ts'

/** A running key management service of our own, which speaks AWS KMS. */
export interface KmsServer {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string
  readonly region: string
  /** Any will do: it checks no signature. What is refused to whom: `startRefusingServer`. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Ends it and removes its keys. */
  stop(): Promise<void>
}

/**
 * Keys, aliases, states, rotation and encryption contexts as Amazon documents them. It listens on every interface of the machine:
 * nothing but keys of tests may be in it. Of its source there is no release newer than this commit.
 */
const LOCAL_KMS: GoServer = {
  name: 'local-kms',
  module: 'github.com/nsmithuk/local-kms',
  version: 'v0.0.0-20260228092603-2a5e92d09ab6',
  variable: 'DBSNAP_TEST_LOCAL_KMS',
}

const REGION = 'eu-central-1'
const CREDENTIALS = { accessKeyId: 'dbsnap-test', secretAccessKey: 'only-for-tests-0123456789' } as const

/** Why no key management service can be started here; undefined where one can. For `skipIf`, with the skip declared. */
export function kmsUnavailable(): Promise<string | undefined> {
  return goServerUnavailable(LOCAL_KMS)
}

/** Starts a `local-kms` without keys on a free port; resolves once it answers. */
export async function startKms(): Promise<KmsServer> {
  const { endpoint, stop } = await startHttpServer(await goBinary(LOCAL_KMS), (port, folder) => ({
    variables: {
      PORT: String(port),
      KMS_REGION: REGION,
      KMS_DATA_PATH: join(folder, 'data'),
      KMS_SEED_PATH: join(folder, 'none.yaml'),
    },
  }))
  return { endpoint, region: REGION, credentials: CREDENTIALS, stop }
}
