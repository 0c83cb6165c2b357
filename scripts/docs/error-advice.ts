import type { ErrorCode } from '@dbsnap/core/errors'

/**
 * What a person does about an error, for `docs/errors.md`. The hint that an error carries is nearer to the case; this is
 * what is always true. The type makes a code without advice a compile error.
 */
export const ERROR_ADVICE: Readonly<Record<ErrorCode, string>> = {
  USAGE: 'Read the message; `dbsnap --help`, or the types of the SDK, say what is allowed.',
  INVALID_URL:
    'Write `postgres://user:password@host:5432/database` (or `mysql://`, `mariadb://`, `mongodb://`), special characters in %-form.',
  UNKNOWN_COLLECTION: 'Check the spelling; a bare name matches in every schema, `*` and `?` are wildcards.',
  UNKNOWN_SNAPSHOT: 'Look at `dbsnap list`.',
  AMBIGUOUS_SNAPSHOT: 'Give more digits of the id.',
  SNAPSHOT_PINNED: 'Look at `dbsnap list` for the reason; `dbsnap unpin` takes the pin away.',
  LAST_SNAPSHOT:
    'Take another snapshot first. To leave a source without any, pass `--allow-last`, in the SDK `allowLast: true`.',
  UNKNOWN_DIFF: 'Look at `dbsnap stored-diff list`; give more digits of the id.',
  UNKNOWN_KEY_SLOT: 'Look at `dbsnap key list`; give more digits of the id.',
  CONNECTION_FAILED: 'Check host, port, certificate and firewall, and that the server runs; then try again.',
  AUTHENTICATION_FAILED: 'Check user and password, `PGPASSWORD`, the server’s `pg_hba.conf`, `authSource`.',
  UNKNOWN_DATABASE: 'Check the name after the last slash of the URL.',
  UNSUPPORTED_SERVER:
    'Use PostgreSQL 13 or MongoDB 4.4 or later; a pooler in transaction or session mode, or none; one moment of a MongoDB needs a replica set, 5.0 or later.',
  PERMISSION_DENIED: 'Grant what the message names, or exclude the table.',
  LOCK_TIMEOUT: 'Wait for whoever holds the table, or raise `lockTimeoutSeconds`; then try again.',
  READ_POINT_LOST:
    'Try again, away from TRUNCATE and ALTER TABLE; on a standby, raise `max_standby_streaming_delay`; of a MongoDB, raise `minSnapshotHistoryWindowInSeconds`.',
  SOURCE_ORDER: 'An index or a collation of the server may be damaged: try REINDEX. Else report it.',
  SOURCE_FAILED: 'The message names the statement; the server’s log says more.',
  TARGET_FAILED: 'Nothing was changed, unless the message says so. It names the statement; the server’s log says more.',
  RECORD_TOO_LARGE: 'Exclude the table, or make the record smaller.',
  TARGET_NOT_EMPTY: 'Restore into an empty database, choose other tables, or use `overwrite` or `append`.',
  TARGET_MOVED: 'Nothing was written. Make a new plan and look at it.',
  CONFIRMATION_REQUIRED: 'Look at the plan, then pass `--yes`, in the SDK `confirm: true`.',
  KEY_EXISTS: 'Use `overwrite`, or append to a table without these keys.',
  INCOMPATIBLE_TARGET: 'Use `overwrite`, another database, or choose what is missing too.',
  RESTORE_UNPROVEN:
    'Somebody may have written meanwhile. Compare with `dbsnap diff`; the safety snapshot holds what was.',
  NOT_A_REPOSITORY: 'Check the path, or make a repository there with `dbsnap init`.',
  REPOSITORY_EXISTS: 'Open it, or choose an empty place.',
  NEWER_FORMAT: 'Update DBSnap.',
  WRONG_PASSPHRASE:
    'Check `DBSNAP_PASSPHRASE` or `--passphrase-file`, or open it with the recovery key. Without any key nobody can read the data.',
  LAST_KEY_SLOT:
    'Add another key first. To destroy the repository’s data for good, pass `--last-slot destroy-all-data`, in the SDK `lastSlot`.',
  KEY_SERVICE_FAILED:
    'Check region, endpoint and network, then try again; a recovery key opens the repository without it.',
  KEY_SERVICE_DENIED: 'Check the credentials, and give them the rights of `docs/keys.md`.',
  KEY_UNUSABLE:
    'Enable the key, or cancel its deletion; check its name, account and region. Where it is gone, another key of the repository opens it.',
  OBJECT_MISSING: 'Run `dbsnap check` to see which snapshots are affected.',
  DAMAGED: 'Run `dbsnap check` to see which snapshots are affected; the next take stores again what the database has.',
  STORE_KEY_MISSING: 'It was never written, or was removed. Run `dbsnap check`.',
  STORE_FAILED: 'Check the disk and that the folder is there; then try again.',
  STORE_FULL: 'Make room where the message says; then try again. What was stored is used.',
  STORE_DENIED: 'Give this user the right to read and write the folder.',
  UNSUPPORTED_RUNTIME: 'Use Node.js 22.19 or later of 22, or 24.6 or later; the message names what is missing.',
  INTERRUPTED: 'Run it again: nothing half-done is left, and what was stored is used.',
}
