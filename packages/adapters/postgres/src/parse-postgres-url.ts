import {
  readServerUrl,
  refuseUrl,
  type ServerUrlForm,
  type ServerUrlParts,
  urlNumber,
  urlPem,
} from '@dbsnap/core/adapter'
import { SSL_MODES, type SslMode } from './ssl-mode.ts'

/** What a database URL says; parts that it leaves out are absent. */
export interface PostgresUrlParts extends ServerUrlParts {
  sslMode?: SslMode
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer }
  applicationName?: string
  connectTimeoutSeconds?: number
  channelBinding?: boolean
}

/** Parameters that other programs put into such URLs and that change nothing about what is read or who is trusted. */
const WITHOUT_EFFECT = new Set([
  'schema',
  'pgbouncer',
  'connection_limit',
  'pool_timeout',
  'statement_cache_size',
  'fallback_application_name',
  'gssencmode',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'client_encoding',
  'uselibpqcompat',
  'sslsni',
])

/**
 * Reads a `postgres://` or `postgresql://` URL. Fails with `InvalidUrlError`, which names the part that is wrong and
 * never holds the URL: there may be a password in it.
 */
export function parsePostgresUrl(text: string): PostgresUrlParts {
  const parts = readServerUrl(text, FORM)
  // As libpq does: who names a root certificate wants the server's checked against it.
  if (parts.tls?.ca !== undefined && parts.sslMode === undefined) parts.sslMode = 'verify-ca'
  return parts
}

const PARAMETERS: ServerUrlForm<PostgresUrlParts>['parameters'] = {
  host: (parts, value) => {
    parts.host = value
  },
  port: (parts, value) => {
    parts.port = urlNumber(value, 'port')
  },
  user: (parts, value) => {
    parts.user = value
  },
  password: (parts, value) => {
    parts.password = value
  },
  dbname: (parts, value) => {
    parts.database = value
  },
  application_name: (parts, value) => {
    parts.applicationName = value
  },
  connect_timeout: (parts, value) => {
    parts.connectTimeoutSeconds = urlNumber(value, 'connect_timeout')
  },
  channel_binding: (parts, value) => {
    parts.channelBinding = value !== 'disable'
  },
  ssl: (parts, value) => {
    parts.sslMode = value === 'true' || value === '1' ? 'require' : 'disable'
  },
  sslmode: (parts, value) => {
    const mode = SSL_MODES.find((known) => known === value)
    parts.sslMode = mode ?? refuseUrl('sslmode is none that PostgreSQL knows', `Use one of ${SSL_MODES.join(', ')}.`)
  },
  sslrootcert: (parts, value) => {
    if (value === 'system') parts.sslMode ??= 'verify-full'
    else parts.tls = { ...parts.tls, ca: urlPem(value, 'sslrootcert') }
  },
  sslcert: (parts, value) => {
    parts.tls = { ...parts.tls, cert: urlPem(value, 'sslcert') }
  },
  sslkey: (parts, value) => {
    parts.tls = { ...parts.tls, key: urlPem(value, 'sslkey') }
  },
}

const FORM: ServerUrlForm<PostgresUrlParts> = {
  scheme: /^postgres(ql)?:\/\//,
  name: 'a PostgreSQL URL',
  example: 'postgres://user:password@host:5432/database',
  parameters: PARAMETERS,
  ignored: WITHOUT_EFFECT,
}
