/** Settings of a transaction that writes, by name. They hold until its end and never leak into a pooled connection. */
export type Settings = Readonly<Record<string, string>>

/**
 * What the bytes of a snapshot and the statements of its schema are written under: the same as they were read under,
 * so that each value's text means what it meant. `row_security = off` makes a filtered write an error;
 * `check_function_bodies = off` lets a function be created before what its body names.
 */
export function targetSettings(serverVersion: number, lockTimeoutMs: number): Settings {
  return {
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    bytea_output: 'hex',
    extra_float_digits: '3',
    lc_monetary: 'C',
    xmloption: 'content',
    array_nulls: 'on',
    standard_conforming_strings: 'on',
    transform_null_equals: 'off',
    quote_all_identifiers: 'off',
    search_path: '',
    default_tablespace: '',
    default_table_access_method: 'heap',
    row_security: 'off',
    check_function_bodies: 'off',
    client_min_messages: 'warning',
    statement_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    lock_timeout: String(lockTimeoutMs),
    ...(serverVersion >= 170000 ? { transaction_timeout: '0' } : {}),
  }
}
