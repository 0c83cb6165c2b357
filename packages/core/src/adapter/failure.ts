import { ConnectionFailedError } from '../errors/connection-failed-error.ts'
import type { DbSnapError, DbSnapErrorOptions } from '../errors/dbsnap-error.ts'
import { SourceFailedError } from '../errors/source-failed-error.ts'
import { TargetFailedError } from '../errors/target-failed-error.ts'

/** What a failing statement or command was for. */
export interface FailureContext {
  /** `host:port/database`; never a credential. */
  readonly label: string
  /** Completes "could not ...": `read public.orders`. */
  readonly doing: string
  /** Decides the error of failures that have no better one. Default `source`. */
  readonly side?: 'source' | 'target'
}

/** A class of ours that a failure may become. */
export type ErrorClass = new (message: string, options: DbSnapErrorOptions) => DbSnapError

/** What a server's or driver's failure is in our words. */
export interface Translation {
  readonly error: ErrorClass
  readonly hint: string
}

/** The error of failures that have no better one. */
export function lastResort({ side }: FailureContext): ErrorClass {
  return side === 'target' ? TargetFailedError : SourceFailedError
}

/** How Node names what goes wrong below a server's protocol. */
const NETWORK_CODE =
  /^(E(CONNREFUSED|CONNRESET|CONNABORTED|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NETDOWN|ADDRNOTAVAIL|AI_\w+|NOTFOUND|ACCES|NOENT|PROTO)|ERR_IP_BLOCKED|ERR_SOCKET\w*)$/
const TLS_CODE = /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|ERR_TLS|ERR_SSL|ERR_OSSL|HOSTNAME_MISMATCH)/

/** Whether Node says by this code that a server cannot be reached or is gone. */
export function isNetworkCode(code: string): boolean {
  return NETWORK_CODE.test(code)
}

/** Whether it says that a connection cannot be trusted. */
export function isTlsCode(code: string): boolean {
  return TLS_CODE.test(code)
}

/** The error where nobody answered, or the connection broke. `reason` wins over what `code` says. */
export function networkFailure(
  { doing, label }: FailureContext,
  code: string,
  reason: string = networkReason(code),
): ConnectionFailedError {
  return new ConnectionFailedError(`could not ${doing} at ${label}: ${reason}`, {
    hint: 'Check host and port, that the server runs, and that a firewall lets you through.',
    data: { code },
  })
}

function networkReason(code: string): string {
  if (code === 'ETIMEDOUT') return 'no answer in time'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'the connection was lost'
  if (code === 'ECONNREFUSED') return 'nobody listens there'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is not known'
  return code === '' ? 'the connection failed' : code
}

/** The error of what a driver throws and nobody here knows. Nothing of it is kept but its name and code. */
export function unknownFailure(error: unknown, context: FailureContext): DbSnapError {
  const code = textOf(error, 'code')
  return new (lastResort(context))(`could not ${context.doing} at ${context.label}`, {
    hint: 'The driver reported something that is not understood here.',
    data: error instanceof Error ? { error: error.name, ...(code === '' ? {} : { code }) } : {},
  })
}

/** A text property of an error, or of the first of several addresses that failed; empty where there is none. */
export function textOf(error: unknown, property: string): string {
  if (typeof error !== 'object' || error === null) return ''
  const value = (error as Record<string, unknown>)[property]
  if (typeof value === 'string') return value
  const [first] = error instanceof AggregateError ? error.errors : []
  return first === undefined ? '' : textOf(first, property)
}
