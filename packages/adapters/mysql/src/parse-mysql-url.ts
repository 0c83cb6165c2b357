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
export interface MysqlUrlParts extends ServerUrlParts {
  socketPath?: string
  sslMode?: SslMode
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer }
  connectTimeoutSeconds?: number
}

/**
 * Reads a `mysql://` or `mariadb://` URL. Fails with `InvalidUrlError`, which names the part that is wrong and never
 * holds the URL: there may be a password in it.
 */
export function parseMysqlUrl(text: string): MysqlUrlParts {
  const parts = readServerUrl(text, FORM)
  // Who names a certificate authority wants the server's certificate checked against it.
  if (parts.tls?.ca !== undefined && parts.sslMode === undefined) parts.sslMode = 'verify-ca'
  return parts
}

/** Named as the options of MySQL's own clients are. */
const PARAMETERS: ServerUrlForm<MysqlUrlParts>['parameters'] = {
  socket: (parts, value) => {
    parts.socketPath = value
  },
  'connect-timeout': (parts, value) => {
    parts.connectTimeoutSeconds = urlNumber(value, 'connect-timeout')
  },
  'ssl-mode': (parts, value) => {
    const wanted = value.toLowerCase().replaceAll('_', '-')
    const mode = SSL_MODES.find((known) => known === wanted)
    parts.sslMode = mode ?? refuseUrl('ssl-mode is none that is known', `Use one of ${SSL_MODES.join(', ')}.`)
  },
  'ssl-ca': (parts, value) => {
    parts.tls = { ...parts.tls, ca: urlPem(value, 'ssl-ca') }
  },
  'ssl-cert': (parts, value) => {
    parts.tls = { ...parts.tls, cert: urlPem(value, 'ssl-cert') }
  },
  'ssl-key': (parts, value) => {
    parts.tls = { ...parts.tls, key: urlPem(value, 'ssl-key') }
  },
}

const FORM: ServerUrlForm<MysqlUrlParts> = {
  scheme: /^(mysql|mariadb):\/\//,
  name: 'a MySQL or MariaDB URL',
  example: 'mysql://user:password@host:3306/database',
  parameters: PARAMETERS,
}
