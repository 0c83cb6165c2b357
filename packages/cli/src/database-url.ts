import { type DatabaseTarget, InvalidUrlError, UsageError } from '@dbsnap/core'
import { mongodb, type ReadConsistency } from '@dbsnap/mongodb'
import { mysql } from '@dbsnap/mysql'
import { postgres } from '@dbsnap/postgres'

/** Whether an argument is a URL and not the name of a snapshot. */
export function isUrl(text: string): boolean {
  return text.includes('://')
}

/** How consistent a read is to be, where the engine leaves a choice. */
export const CONSISTENCIES = ['best', 'snapshot', 'collection', 'catch-up'] as const satisfies ReadConsistency[]

/** What is said of a database beside its URL. */
export interface DatabaseChoice {
  readonly consistency?: ReadConsistency
}

/** The adapter for a URL, by its scheme. The message never repeats the text: it may hold a password. */
export function databaseAt(url: string, { consistency }: DatabaseChoice = {}): DatabaseTarget {
  if (/^mongodb(\+srv)?:\/\//.test(url)) return mongodb(consistency === undefined ? url : { url, consistency })
  if (consistency !== undefined) {
    throw new UsageError('--consistency is for MongoDB', { hint: 'Leave it out: here every read is of one moment.' })
  }
  if (/^postgres(ql)?:\/\//.test(url)) return postgres(url)
  if (/^(mysql|mariadb):\/\//.test(url)) return mysql(url)
  throw new InvalidUrlError('this is not the URL of a database that is known here', {
    hint: 'Write postgres://user@host:5432/database, or mysql://, mariadb:// or mongodb:// in its place.',
  })
}
