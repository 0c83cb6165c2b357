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
  TargetFailedError,
  TargetMovedError,
  UnknownDatabaseError,
} from '@dbsnap/core/errors'

const LOG_IN: Translation = {
  error: AuthenticationFailedError,
  hint: 'Check the user, the password, and from which hosts the account may log in.',
}
const PRIVILEGE: Translation = {
  error: PermissionDeniedError,
  hint: 'Grant the privilege to this user, or exclude the table.',
}
const LOCK: Translation = {
  error: LockTimeoutError,
  hint: 'Somebody holds the table. Try again, or raise lockTimeoutSeconds.',
}
const LOST: Translation = {
  error: ConnectionFailedError,
  hint: 'The server stopped, restarted or ended the connection. Try again.',
}
const FULL: Translation = {
  error: ConnectionFailedError,
  hint: 'The server has no free connection. Lower the concurrency, or try later.',
}
const CHANGED: Translation = {
  error: ReadPointLostError,
  hint: 'The table was altered or dropped after the read began. Try again.',
}
const CANCELLED: Translation = { error: ReadPointLostError, hint: 'Somebody cancelled the statement. Try again.' }

/** By the server's error number. MariaDB and MySQL agree about all of these. */
const TRANSLATIONS: Readonly<Record<number, Translation>> = {
  1045: LOG_IN,
  1251: LOG_IN,
  1698: LOG_IN,
  1820: LOG_IN,
  1862: LOG_IN,
  3118: LOG_IN,
  4151: LOG_IN,
  1049: { error: UnknownDatabaseError, hint: 'Check the name after the last slash of the URL.' },
  1044: PRIVILEGE,
  1142: PRIVILEGE,
  1143: PRIVILEGE,
  1227: PRIVILEGE,
  1370: PRIVILEGE,
  1419: PRIVILEGE,
  1205: LOCK,
  1040: FULL,
  1203: FULL,
  1226: FULL,
  1053: LOST,
  1129: LOST,
  1130: LOST,
  1158: LOST,
  1159: LOST,
  1160: LOST,
  1161: LOST,
  1927: LOST,
  4031: LOST,
  1146: CHANGED,
  1412: CHANGED,
  1213: { error: ReadPointLostError, hint: 'Another transaction was in the way. Try again.' },
  1317: CANCELLED,
  1969: CANCELLED,
  3024: CANCELLED,
}

const CANNOT_DO: Translation = {
  error: IncompatibleTargetError,
  hint: 'The target takes no writes, or its version lacks what is needed.',
}
const NOT_THAT: Translation = {
  error: IncompatibleTargetError,
  hint: 'A constraint of the target forbids it.',
}
const IN_THE_WAY: Translation = {
  error: TargetFailedError,
  hint: 'Another transaction or a cancelled statement was in the way. Try again.',
}

/** Targets are written, not read: what ends a read point there ends the restore. */
const TARGET_TRANSLATIONS: Readonly<Record<number, Translation>> = {
  1050: {
    error: TargetMovedError,
    hint: 'Somebody made it after the plan was made. Make a new plan.',
  },
  1062: NOT_THAT,
  1451: NOT_THAT,
  1452: NOT_THAT,
  1586: NOT_THAT,
  3819: NOT_THAT,
  4025: NOT_THAT,
  1064: CANNOT_DO,
  1115: CANNOT_DO,
  1193: CANNOT_DO,
  1231: CANNOT_DO,
  1235: CANNOT_DO,
  1273: CANNOT_DO,
  1286: CANNOT_DO,
  1290: CANNOT_DO,
  1305: CANNOT_DO,
  1792: CANNOT_DO,
  1836: CANNOT_DO,
  1146: { error: TargetFailedError, hint: 'A table that is needed is not there.' },
  1213: IN_THE_WAY,
  1317: IN_THE_WAY,
  1969: IN_THE_WAY,
  3024: IN_THE_WAY,
}

/** Numbers whose message holds names of objects at most, never a value of a record or a piece of a statement. */
const HARMLESS_MESSAGE = new Set([
  1040, 1044, 1045, 1049, 1050, 1053, 1072, 1091, 1115, 1129, 1130, 1142, 1143, 1146, 1193, 1203, 1205, 1213, 1226,
  1227, 1235, 1251, 1273, 1286, 1290, 1305, 1317, 1370, 1412, 1419, 1449, 1698, 1792, 1826, 1836, 1927, 1969, 3024,
  3118,
])

/** How the driver names, beside Node, that no secure connection came about. */
const HANDSHAKE_CODE = /^HANDSHAKE_(NO_SSL|SSL|UNKNOWN)/

/**
 * Makes one of our errors of whatever the driver reports. Nothing of the original is kept but its number, and its
 * message where that cannot hold a value.
 */
export function translateMysqlError(error: unknown, context: FailureContext): DbSnapError {
  if (isDbSnapError(error)) return error
  const errno = numberOf(error)
  const code = textOf(error, 'code')
  // A few are named as warnings: 1265, WARN_DATA_TRUNCATED.
  if (errno >= 1000 && /^(ER|WARN)/.test(code)) return translateNumber(error, errno, context)
  const message = error instanceof Error ? error.message : ''
  if (isTlsCode(code) || HANDSHAKE_CODE.test(code)) {
    return new ConnectionFailedError(`no secure connection to ${context.label}: ${code}`, {
      hint: 'Check the server’s certificate, ssl-mode and ssl-ca.',
      data: { code },
    })
  }
  if (code === 'PROTOCOL_CONNECTION_LOST') return networkFailure(context, code, 'the connection was lost')
  const isNetwork = isNetworkCode(code) || error instanceof AggregateError
  if (isNetwork || /closed state|connection is closed/i.test(message)) return networkFailure(context, code)
  return unknownFailure(error, context)
}

function translateNumber(error: unknown, errno: number, context: FailureContext): DbSnapError {
  const own = context.side === 'target' ? TARGET_TRANSLATIONS[errno] : undefined
  const translation = own ?? TRANSLATIONS[errno]
  const sqlState = textOf(error, 'sqlState')
  const message = HARMLESS_MESSAGE.has(errno) ? textOf(error, 'sqlMessage') : `the server reported ${errno}`
  const Class = translation?.error ?? lastResort(context)
  return new Class(`could not ${context.doing} at ${context.label}: ${message}`, {
    hint: translation?.hint ?? 'The server refused a statement; its documentation explains the number.',
    data: { errno, ...(sqlState === '' ? {} : { sqlState }) },
  })
}

function numberOf(error: unknown): number {
  const errno = error instanceof Error && 'errno' in error ? error.errno : 0
  return typeof errno === 'number' ? errno : 0
}
