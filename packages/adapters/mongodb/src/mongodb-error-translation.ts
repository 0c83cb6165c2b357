import type { FailureContext, Translation } from '@dbsnap/core/adapter'
import {
  AuthenticationFailedError,
  ConnectionFailedError,
  type DbSnapError,
  IncompatibleTargetError,
  InvalidUrlError,
  isDbSnapError,
  KeyExistsError,
  LockTimeoutError,
  PermissionDeniedError,
  ReadPointLostError,
  SourceFailedError,
  TargetFailedError,
  UnsupportedServerError,
} from '@dbsnap/core/errors'

const RESTARTED: Translation = {
  error: ReadPointLostError,
  hint: 'The collection was dropped, renamed or changed while it was read. Try again.',
}

const ELECTED: Translation = {
  error: ConnectionFailedError,
  hint: 'The server stopped, or another became primary. Try again.',
}

const TOO_OLD: Translation = {
  error: ReadPointLostError,
  hint: 'Raise minSnapshotHistoryWindowInSeconds on the server, or let the read catch up (consistency: catch-up).',
}

const BUSY: Translation = {
  error: LockTimeoutError,
  hint: 'A transaction of somebody else holds documents of it; that of a client that is gone ends after a minute. Try again.',
}

const KILLED: Translation = {
  error: ReadPointLostError,
  hint: 'Somebody ended the read on the server. Try again.',
}

const FORGOTTEN: Translation = {
  error: ReadPointLostError,
  hint: 'The oplog does not reach back to the beginning of the read. Make it larger, or read less at a time.',
}

/** By the server's code. Its messages may hold keys and values of documents, so they are never passed on. */
const TRANSLATIONS: Readonly<Record<number, Translation>> = {
  11: { error: AuthenticationFailedError, hint: 'Check the user and the password.' },
  18: { error: AuthenticationFailedError, hint: 'Check the user, the password and authSource.' },
  13: { error: PermissionDeniedError, hint: 'Grant the role read (source) or readWrite and dbAdmin (target).' },
  26: RESTARTED,
  43: RESTARTED,
  175: RESTARTED,
  246: RESTARTED,
  237: RESTARTED,
  239: TOO_OLD,
  280: FORGOTTEN,
  286: FORGOTTEN,
  24: BUSY,
  112: BUSY,
  72: { error: IncompatibleTargetError, hint: 'The server does not know an option of the snapshot.' },
  89: ELECTED,
  91: ELECTED,
  189: ELECTED,
  10107: ELECTED,
  11600: ELECTED,
  11601: KILLED,
  11602: ELECTED,
  13435: ELECTED,
  13436: ELECTED,
  11000: { error: KeyExistsError, hint: 'A document of this `_id`, or of a unique index, is there already.' },
}

const SOURCE_DEFAULT: Translation = {
  error: SourceFailedError,
  hint: 'Nothing was published. The log of the server says more.',
}

const TARGET_DEFAULT: Translation = {
  error: TargetFailedError,
  hint: 'The restore was taken back. The log of the server says more.',
}

/** By the name of the driver's error class. */
const DRIVER_ERRORS: readonly (readonly [name: RegExp, translation: Translation])[] = [
  [
    /Parse|InvalidArgument|APIError/,
    { error: InvalidUrlError, hint: 'The driver does not take a part of the URL, or an option in it.' },
  ],
  [
    /Compatibility/,
    { error: UnsupportedServerError, hint: 'MongoDB 4.4 or later is needed, and a driver that knows the server.' },
  ],
  [
    /Network|ServerSelection|NotConnected|PoolC|TopologyClosed|ServerClosed|Timeout/,
    {
      error: ConnectionFailedError,
      hint: 'Check host and port, that the server runs, and that a firewall lets this machine in.',
    },
  ],
]

/** A failure in our words. What is ours already is passed through. The driver's message is not: it may hold users' data. */
export function translateError(error: unknown, context: FailureContext): DbSnapError {
  if (isDbSnapError(error)) return error
  const { code, name, codeName } = factsOf(error)
  const { error: Class, hint } = translationOf(code, name, context)
  const which = code === undefined ? name : `${codeName ?? 'code'} ${code}`
  return new Class(`${context.label}: could not ${context.doing} (${which})`, {
    hint,
    data: { ...(code === undefined ? {} : { serverCode: code }) },
  })
}

function translationOf(code: number | undefined, name: string, { side }: FailureContext): Translation {
  const known = code === undefined ? DRIVER_ERRORS.find(([pattern]) => pattern.test(name))?.[1] : TRANSLATIONS[code]
  // Of a target there is no read point to lose.
  if (known !== undefined && !(side === 'target' && known.error === ReadPointLostError)) return known
  return side === 'target' ? TARGET_DEFAULT : SOURCE_DEFAULT
}

/** The server's code of an error, if it has one. */
export function serverCodeOf(error: unknown): number | undefined {
  return factsOf(error).code
}

function factsOf(error: unknown): { code?: number; name: string; codeName?: string } {
  if (!(error instanceof Error)) return { name: 'unknown' }
  const { code, codeName } = error as { code?: unknown; codeName?: unknown }
  return {
    name: error.name,
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof codeName === 'string' ? { codeName } : {}),
  }
}
