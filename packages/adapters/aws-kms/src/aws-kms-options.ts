import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms'

/** Which key of AWS KMS wraps the key of a repository, and how it is reached. */
export interface AwsKmsOptions {
  /** The key's id or ARN, `alias/name` or the ARN of an alias. A symmetric key that encrypts and decrypts. */
  readonly keyId: string
  /** Default: that of the ARN, where it is one; else what the SDK finds in environment and profile. */
  readonly region?: string
  /** `https://host[:port]` of an endpoint of yours: a VPC's, or a test server. Default: the region's own. Never with a credential in it. */
  readonly endpoint?: string
  /** Certificates (PEM) that sign the endpoint's own. Default: what Node trusts. */
  readonly ca?: string | Buffer
  /** How often the SDK sends a request before it gives up, with growing pauses at random lengths. Default 5. */
  readonly maxAttempts?: number
  /** A pair of keys, or a function that gives one. Default: the SDK's chain (environment, profile, SSO, container, instance). */
  readonly credentials?: NonNullable<KMSClientConfig['credentials']>
  /** A client of yours, which stays open; what is said above of the connection is then its matter. */
  readonly client?: KMSClient
}
