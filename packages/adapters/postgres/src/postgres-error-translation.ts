import {
  type FailureContext,
  isNetworkCode,
  isTlsCode,
  lastResort,
  networkFailure,
  type Translation,
  textOf,
  unknownFailure,
} from '@dbsnap/core/adapter'
import {
  AuthenticationFailedError,
  ConnectionFailedError,
  type DbSnapError,
  IncompatibleTargetError,
  isDbSnapError,
  LockTimeoutError,
  PermissionDeniedError,
  ReadPointLostError,
  SourceFailedError,
  TargetFailedError,
  TargetMovedError,
  UnknownDatabaseError,
  UnsupportedServerError,
} from '@dbsnap/core/errors'

/** The first matching prefix of the server's five-character code decides; longer ones come first. */
const TRANSLATIONS: readonly (readonly [sqlState: string, translation: Translation])[] = [
  ['28', { error: AuthenticationFailedError, hint: 'Check the user, the password and the server’s pg_hba.conf.' }],
  ['3D000', { error: UnknownDatabaseError, hint: 'Check the name after the last slash of the URL.' }],
  ['42501', { error: PermissionDeniedError, hint: 'Grant the privilege to this user, or exclude the table.' }],
  ['55P03', { error: LockTimeoutError, hint: 'Somebody holds the table. Try again, or raise lockTimeoutSeconds.' }],
  [
    '53200',
    {
      error: SourceFailedError,
      hint: 'The server ran out of memory; more locks need a higher max_locks_per_transaction.',
    },
  ],
  [
    '53300',
    { error: ConnectionFailedError, hint: 'The server has no free connection. Lower the concurrency, or try later.' },
  ],
  ['57014', { error: ReadPointLostError, hint: 'Somebody cancelled the statement. Try again.' }],
  [
    '40',
    { error: ReadPointLostError, hint: 'Try again; on a standby, max_standby_streaming_delay gives reads more time.' },
  ],
  ['72000', { error: ReadPointLostError, hint: 'The server threw away what the read still needed. Try again.' }],
  ['57P', { error: ConnectionFailedError, hint: 'The server stopped, restarted or ended the connection. Try again.' }],
  ['08', { error: ConnectionFailedError, hint: 'The connection to the server broke. Try again.' }],
]

/** Plans are made for what is not there; where it is there when it is to be made, somebody else was quicker. */
const MADE_MEANWHILE: Translation = {
  error: TargetMovedError,
  hint: 'Somebody made it after the plan was made. Nothing was changed; make a new plan.',
}

const CANNOT_DO: Translation = {
  error: IncompatibleTargetError,
  hint: 'The target is a standby, takes no writes, or its version lacks what is needed. Nothing was changed.',
}

const CANNOT_SPELL: Translation = {
  error: IncompatibleTargetError,
  hint: 'A character of the snapshot has no place in the encoding of the target. Restore into a database whose encoding has it.',
}

/** Targets are written, not read: what ends a read point there ends the restore. */
const TARGET_TRANSLATIONS: typeof TRANSLATIONS = [
  ['40', { error: TargetFailedError, hint: 'Another transaction was in the way. Nothing was changed; try again.' }],
  ['57014', { error: TargetFailedError, hint: 'Somebody cancelled the statement. Nothing was changed; try again.' }],
  [
    '2BP01',
    {
      error: IncompatibleTargetError,
      hint: 'Something else in the target rests on it, and nothing is dropped by cascade. Drop that, or choose it too. Nothing was changed.',
    },
  ],
  ...['25006', '0A000'].map((code) => [code, CANNOT_DO] as const),
  ...['22021', '22P05'].map((code) => [code, CANNOT_SPELL] as const),
  ['23', { error: IncompatibleTargetError, hint: 'A constraint of the target forbids it. Nothing was changed.' }],
  ...['42P06', '42P07', '42710', '42723'].map((code) => [code, MADE_MEANWHILE] as const),
]

/** Names are unique in the catalogs: whoever waited for another's uncommitted object of the same name gets this. */
function isCatalogClash(error: unknown, code: string): boolean {
  return code === '23505' && textOf(error, 'schema') === 'pg_catalog'
}

/**
 * Codes whose message holds names of objects at most, never a value of a record. Class 22 (bad values) and messages
 * raised by users' own functions (P0001) are not among them; nor are detail, where and hint of any error.
 */
const HARMLESS_MESSAGE = /^(08|0A|25|28|2B|2F|3D|3F|40|42|53|54|55|57|58|72|F0|XX|23)/

/**
 * Makes one of our errors of whatever the driver reports. Nothing of the original is kept but its code, the names of the
 * table and constraint, and its message where that cannot hold a value.
 */
export function translatePostgresError(error: unknown, context: FailureContext): DbSnapError {
  if (isDbSnapError(error)) return error
  const code = textOf(error, 'code')
  if (/^[0-9A-Z]{5}$/.test(code) && !isNetworkCode(code)) return translateSqlState(error, code, context)
  const message = error instanceof Error ? error.message : ''
  if (isTlsCode(code) || message.includes('support SSL')) {
    return new ConnectionFailedError(`no secure connection to ${context.label}: ${code || message}`, {
      hint: 'Check the server’s certificate, sslmode and sslrootcert.',
      data: { code },
    })
  }
  if (/SASL|password must be a string/.test(message)) {
    return new AuthenticationFailedError(`could not log in to ${context.label}`, {
      hint: 'The server asks for a password; check the one in the URL or in PGPASSWORD.',
    })
  }
  if (message === 'timeout expired') return networkFailure(context, code, 'no answer in time')
  if (message.startsWith('Connection terminated')) return networkFailure(context, code, 'the connection was lost')
  const isNetwork = isNetworkCode(code) || error instanceof AggregateError
  if (isNetwork || message.startsWith('Client ')) return networkFailure(context, code)
  return unknownFailure(error, context)
}

function translateSqlState(error: unknown, code: string, context: FailureContext): DbSnapError {
  const table = context.side === 'target' ? [...TARGET_TRANSLATIONS, ...TRANSLATIONS] : TRANSLATIONS
  const translation =
    context.side === 'target' && isCatalogClash(error, code)
      ? MADE_MEANWHILE
      : table.find(([prefix]) => code.startsWith(prefix))?.[1]
  const data = {
    sqlState: code,
    ...named(error, 'severity'),
    ...named(error, 'schema'),
    ...named(error, 'table'),
    ...named(error, 'constraint'),
  }
  const message = error instanceof Error && HARMLESS_MESSAGE.test(code) ? error.message : `the server reported ${code}`
  const text = `could not ${context.doing} at ${context.label}: ${message}`
  if (code === '08P01' && message.includes('pooling')) {
    return new UnsupportedServerError(text, {
      hint: 'Use a pooler in transaction or session mode, or no pooler.',
      data,
    })
  }
  const Class =
    translation === undefined || translation.error === SourceFailedError ? lastResort(context) : translation.error
  return new Class(text, { hint: translation?.hint ?? 'The server refused a statement; its log says more.', data })
}

function named(error: unknown, property: string): Record<string, string> {
  const value = textOf(error, property)
  return value === '' ? {} : { [property]: value }
}
