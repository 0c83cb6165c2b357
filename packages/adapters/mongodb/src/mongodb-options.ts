import { InvalidUrlError, UsageError } from '@dbsnap/core/errors'
import type { MongoDriver } from './mongodb-client.ts'
import { parseMongoUrl } from './parse-mongodb-url.ts'

/**
 * How consistent a read must be. `best`: one moment for all collections where the server offers it (a replica set or a sharded
 * cluster, 5.0 and later), else each collection by itself. `snapshot`: one moment, or the read is refused. `collection`: each
 * collection by itself. `catch-up`: for reads that take longer than the server keeps its history: each collection as it is read, then
 * what was written meanwhile once more, at one later moment.
 */
export type ReadConsistency = 'best' | 'snapshot' | 'collection' | 'catch-up'

/** Where a MongoDB database is and how it is treated. */
export interface MongoOptions {
  /** `mongodb://user:password@host:27017/database?tls=true` or `mongodb+srv://...`, with any parameter that the driver knows. */
  readonly url: string
  /** Wins over the database in the URL. */
  readonly database?: string
  /** Default `best`. */
  readonly consistency?: ReadConsistency
  /** Name of the connections in the server's log and `currentOp`. Default `dbsnap`. */
  readonly applicationName?: string
  /** How long a server may be looked for. Default 10. */
  readonly connectTimeoutSeconds?: number
  /** The `mongodb` module. Default: imported when the first connection is made. */
  readonly driver?: MongoDriver
}

/** `MongoOptions` with every default filled in. */
export interface ResolvedMongoOptions {
  readonly url: string
  readonly database: string
  /** `host:port/database`; never a credential. */
  readonly label: string
  readonly consistency: ReadConsistency
  readonly applicationName: string
  readonly connectTimeoutSeconds: number
  readonly driver: MongoDriver | undefined
}

const CONSISTENCIES: readonly ReadConsistency[] = ['best', 'snapshot', 'collection', 'catch-up']

/** Fills in defaults and checks. Touches neither the network nor a file. Fails with `InvalidUrlError` or `UsageError`, which never hold the URL. */
export function resolveMongoOptions(given: string | MongoOptions): ResolvedMongoOptions {
  const options: MongoOptions = typeof given === 'string' ? { url: given } : given
  const parts = parseMongoUrl(options.url)
  const database = options.database ?? parts.database
  if (database === '') {
    throw new InvalidUrlError('the URL names no database', { hint: 'Write it as mongodb://host:27017/database.' })
  }
  const { consistency = 'best', connectTimeoutSeconds = 10 } = options
  if (!CONSISTENCIES.includes(consistency)) {
    throw new UsageError('consistency is none that is known', { hint: `Use one of ${CONSISTENCIES.join(', ')}.` })
  }
  if (!Number.isFinite(connectTimeoutSeconds) || connectTimeoutSeconds <= 0) {
    throw new UsageError('connectTimeoutSeconds is not a number of seconds', { hint: 'Give a number above 0.' })
  }
  return {
    url: options.url,
    database,
    label: `${parts.hosts}/${database}`,
    consistency,
    applicationName: options.applicationName ?? 'dbsnap',
    connectTimeoutSeconds,
    driver: options.driver,
  }
}
