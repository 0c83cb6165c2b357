/** A command line that must fail, and how. */
export interface BadInput {
  readonly what: string
  readonly args: readonly string[]
  readonly exit: number
  readonly code: string
  /** What the message must name. */
  readonly names: string
}

type UrlParts = Partial<Pick<URL, 'username' | 'password' | 'hostname' | 'port' | 'pathname' | 'search'>>
type Row = readonly [what: string, args: readonly string[], exit: number, code: string, names: string]

/** `at`: the URL of the database `shop`, which asks for a password, with some parts changed. */
export function badInputs(at: (parts: UrlParts) => string, password: string): BadInput[] {
  const url = at({})
  const rows: Row[] = [
    ['a wrong password', ['take', at({ password: `${password}-wrong` })], 3, 'AUTHENTICATION_FAILED', 'shop'],
    ['no password', ['take', at({ password: '' })], 3, 'AUTHENTICATION_FAILED', 'shop'],
    ['an unknown user', ['take', at({ username: 'nobody' })], 3, 'AUTHENTICATION_FAILED', 'shop'],
    ['an unknown host', ['take', at({ hostname: 'host.invalid' })], 3, 'CONNECTION_FAILED', 'host.invalid'],
    ['nobody listening', ['take', at({ port: '1' })], 3, 'CONNECTION_FAILED', ':1/shop'],
    ['an unknown database', ['take', at({ pathname: '/absent' })], 3, 'UNKNOWN_DATABASE', 'absent'],
    [
      'a server that must speak TLS and does not',
      ['take', at({ search: '?sslmode=require' })],
      3,
      'CONNECTION_FAILED',
      'secure',
    ],
    ['another scheme', ['take', `oracle://u:${password}@h/d`], 2, 'INVALID_URL', 'URL'],
    ['no URL at all', ['take', password], 2, 'INVALID_URL', 'URL'],
    ['a port that is no number', ['take', `postgres://u:${password}@h:port/d`], 2, 'INVALID_URL', 'port'],
    ['a port beyond all ports', ['take', `postgres://u:${password}@h:99999/d`], 2, 'INVALID_URL', 'port'],
    ['a broken %-form', ['take', `postgres://u:${password}%zz@h/d`], 2, 'INVALID_URL', 'password'],
    ['a parameter that is not known', ['take', `postgres://u@h/d?passwort=${password}`], 2, 'INVALID_URL', 'parameter'],
    [
      'a parameter named as what objects inherit',
      ['take', at({ search: '?__proto__=1&toString=1' })],
      2,
      'INVALID_URL',
      'parameter',
    ],
    ['a zero byte in the name of the database', ['take', at({ pathname: '/shop%00x' })], 2, 'INVALID_URL', 'database'],
    ['an unknown table', ['take', url, '--include', 'orders,ordres'], 2, 'UNKNOWN_COLLECTION', 'ordres'],
    ['an unknown table to leave out', ['take', url, '--exclude', 'ordres'], 2, 'UNKNOWN_COLLECTION', 'ordres'],
    ['an unknown table in a diff', ['diff', 'latest', url, '--include', 'ordres'], 2, 'UNKNOWN_COLLECTION', 'ordres'],
    [
      'an unknown table in a restore',
      ['restore', 'latest', '--to', url, '--include', 'ordres'],
      2,
      'UNKNOWN_COLLECTION',
      'ordres',
    ],
    [
      'an unknown table in an export',
      ['export', 'latest', '--format', 'csv', '--include', 'ordres'],
      2,
      'UNKNOWN_COLLECTION',
      'ordres',
    ],
    ['an unknown snapshot', ['show', 'zzzz'], 2, 'UNKNOWN_SNAPSHOT', 'zzzz'],
    ['a snapshot before the first', ['show', 'latest~99'], 2, 'UNKNOWN_SNAPSHOT', 'latest~99'],
    ['a source without snapshots', ['show', 'elsewhere:latest'], 2, 'UNKNOWN_SNAPSHOT', 'elsewhere'],
    ['a name as of what objects inherit', ['show', '__proto__'], 2, 'UNKNOWN_SNAPSHOT', '__proto__'],
    ['a table that may not be read', ['take', at({ username: 'stranger' })], 5, 'PERMISSION_DENIED', 'public.secret'],
    ['a target that is not empty', ['restore', 'latest', '--to', url, '--yes'], 5, 'TARGET_NOT_EMPTY', 'public.orders'],
    [
      'a target that may not be written',
      ['restore', 'latest', '--to', at({ username: 'reader' }), '--mode', 'overwrite', '--yes'],
      5,
      'PERMISSION_DENIED',
      'orders',
    ],
    [
      'keys that are there',
      ['restore', 'latest', '--to', url, '--mode', 'append', '--yes', '--no-safety'],
      5,
      'KEY_EXISTS',
      'public.orders',
    ],
    [
      'a write that nobody confirmed',
      ['restore', 'latest', '--to', url, '--mode', 'overwrite'],
      5,
      'CONFIRMATION_REQUIRED',
      'nobody',
    ],
    ['a share that is none', ['check', '--read-data-subset', '200%'], 2, 'USAGE', '--read-data-subset'],
    ['a rate that is none', ['take', url, '--max-rate', 'fast'], 2, 'USAGE', '--max-rate'],
    ['a mode that is none', ['restore', 'latest', '--to', url, '--mode', 'replace'], 2, 'USAGE', '--mode'],
    ['a kind that is none', ['diff', 'latest', url, '--kind', 'moved'], 2, 'USAGE', '--kind'],
    ['a policy that keeps nothing', ['forget', '--yes'], 2, 'USAGE', 'keep nothing'],
    ['names and a policy', ['forget', 'latest', '--keep-last', '1', '--yes'], 2, 'USAGE', 'not both'],
    ['a number to keep that is none', ['forget', '--keep-daily', '0', '--yes'], 2, 'USAGE', '--keep-daily'],
    ['a duration that is none', ['forget', '--keep-within', '7days', '--yes'], 2, 'USAGE', '7days'],
    ['a time zone that is none', ['forget', '--keep-daily', '1', '--time-zone', 'Mars', '--yes'], 2, 'USAGE', 'Mars'],
    ['a source that is none', ['forget', '--keep-last', '1', '--source', 'nobody', '--yes'], 2, 'USAGE', 'nobody'],
    ['forgetting that nobody confirmed', ['forget', '--keep-last', '1'], 5, 'CONFIRMATION_REQUIRED', 'nobody'],
    ['forgetting what is not there', ['forget', 'zzzz', '--yes'], 2, 'UNKNOWN_SNAPSHOT', 'zzzz'],
    ['a pin that has ended', ['pin', 'latest', '--until', '2020-01-01'], 2, 'USAGE', 'later than now'],
    ['no command', ['tkae', url], 2, 'USAGE', 'tkae'],
    [
      'an output that cannot be written',
      ['export', 'latest', '--format', 'csv', '--output', '/nonexistent/file'],
      2,
      'USAGE',
      '/nonexistent/file',
    ],
    [
      'a passphrase file that is not there',
      ['list', '--passphrase-file', '/nonexistent/file'],
      2,
      'USAGE',
      'passphrase',
    ],
  ]
  return rows.map(([what, args, exit, code, names]) => ({ what, args, exit, code, names }))
}
