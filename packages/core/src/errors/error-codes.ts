/**
 * Every error DBSnap throws on purpose: its code, the exit code the command line ends with, whether trying again
 * unchanged can help, and one sentence for `docs/errors.md`, which is generated from this table.
 *
 * Exit codes: 2 wrong usage · 3 cannot reach or log in · 4 repository trouble · 5 refused · 130 interrupted ·
 * 1 something that has no better code.
 */
export const ERROR_CODES = {
  USAGE: { exit: 2, retryable: false, meaning: 'An argument or option is missing, unknown or contradicts another.' },
  INVALID_URL: { exit: 2, retryable: false, meaning: 'The text given is not a database URL that an adapter knows.' },
  UNKNOWN_COLLECTION: { exit: 2, retryable: false, meaning: 'A name or pattern matches no collection.' },
  UNKNOWN_SNAPSHOT: { exit: 2, retryable: false, meaning: 'No snapshot of the repository has this name.' },
  AMBIGUOUS_SNAPSHOT: { exit: 2, retryable: false, meaning: 'A prefix fits more than one snapshot.' },
  SNAPSHOT_PINNED: { exit: 5, retryable: false, meaning: 'A snapshot is pinned, so nothing was forgotten.' },
  LAST_SNAPSHOT: {
    exit: 5,
    retryable: false,
    meaning: 'A source would be left without any good snapshot, so nothing was forgotten.',
  },
  UNKNOWN_DIFF: { exit: 2, retryable: false, meaning: 'No stored diff, or more than one, has this name.' },
  UNKNOWN_KEY_SLOT: { exit: 2, retryable: false, meaning: 'No key slot, or more than one, has this name.' },
  CONNECTION_FAILED: {
    exit: 3,
    retryable: true,
    meaning: 'The database server cannot be reached, or the connection was lost.',
  },
  AUTHENTICATION_FAILED: { exit: 3, retryable: false, meaning: 'The server refused the user or the password.' },
  UNKNOWN_DATABASE: { exit: 3, retryable: false, meaning: 'The server has no database of this name.' },
  UNSUPPORTED_SERVER: {
    exit: 3,
    retryable: false,
    meaning: 'The server, its version or a pooler before it cannot do what is needed.',
  },
  PERMISSION_DENIED: {
    exit: 5,
    retryable: false,
    meaning: 'The user may not read or write something that was chosen.',
  },
  LOCK_TIMEOUT: {
    exit: 5,
    retryable: true,
    meaning: 'A lock was not granted in time, so nothing was read or written.',
  },
  READ_POINT_LOST: {
    exit: 5,
    retryable: true,
    meaning: 'The server cancelled the consistent read (a recovery conflict, or a table rewritten again and again).',
  },
  SOURCE_ORDER: {
    exit: 1,
    retryable: false,
    meaning: 'The source returned records out of key order or twice; nothing was published.',
  },
  SOURCE_FAILED: {
    exit: 1,
    retryable: false,
    meaning: 'The source could not be read to its end; nothing was published.',
  },
  TARGET_FAILED: {
    exit: 1,
    retryable: false,
    meaning: 'The target refused a statement; the transaction was rolled back.',
  },
  RECORD_TOO_LARGE: { exit: 5, retryable: false, meaning: 'A record is above 256 MiB.' },
  TARGET_NOT_EMPTY: { exit: 5, retryable: false, meaning: 'Something stands where a restore would create.' },
  TARGET_MOVED: { exit: 5, retryable: false, meaning: 'The target changed after the plan was made.' },
  CONFIRMATION_REQUIRED: {
    exit: 5,
    retryable: false,
    meaning: 'Records would be removed or overwritten and nobody confirmed it.',
  },
  KEY_EXISTS: {
    exit: 5,
    retryable: false,
    meaning: 'Appending met keys that the target already holds; nothing was written.',
  },
  INCOMPATIBLE_TARGET: { exit: 5, retryable: false, meaning: 'The target cannot hold what the snapshot has.' },
  RESTORE_UNPROVEN: { exit: 5, retryable: false, meaning: 'After the restore a diff still found differences.' },
  NOT_A_REPOSITORY: { exit: 4, retryable: false, meaning: 'The place holds no repository.' },
  REPOSITORY_EXISTS: { exit: 4, retryable: false, meaning: 'The place already holds a repository.' },
  NEWER_FORMAT: { exit: 4, retryable: false, meaning: 'The repository was written by a newer DBSnap.' },
  WRONG_PASSPHRASE: { exit: 4, retryable: false, meaning: 'No key slot opens with this passphrase.' },
  LAST_KEY_SLOT: {
    exit: 5,
    retryable: false,
    meaning: 'Without this key slot none might be left that opens the repository; it was not removed.',
  },
  OBJECT_MISSING: { exit: 4, retryable: false, meaning: 'An object that a snapshot needs is not in the repository.' },
  DAMAGED: { exit: 4, retryable: false, meaning: 'Stored bytes are cut, changed or not what they claim to be.' },
  STORE_KEY_MISSING: { exit: 4, retryable: false, meaning: 'The store has no object under this key.' },
  STORE_FAILED: { exit: 4, retryable: true, meaning: 'The store could not be read or written.' },
  STORE_FULL: { exit: 4, retryable: false, meaning: 'There is no space left where the repository lives.' },
  STORE_DENIED: { exit: 4, retryable: false, meaning: 'The store refuses access.' },
  UNSUPPORTED_RUNTIME: {
    exit: 1,
    retryable: false,
    meaning: 'This Node.js cannot compress with dictionaries; a newer one is needed.',
  },
  INTERRUPTED: { exit: 130, retryable: true, meaning: 'The operation was cancelled.' },
} as const

/** The code of an error: stable, what programs recognise errors by. */
export type ErrorCode = keyof typeof ERROR_CODES
