import { type DatabaseTarget, InvalidUrlError, UsageError } from '@dbsnap/core'
import { mongodb, type ReadConsistency } from '@dbsnap/mongodb'
import { type DefinerPolicy, mysql } from '@dbsnap/mysql'
import { postgres } from '@dbsnap/postgres'

/** Whether an argument is a URL and not the name of a snapshot. */
export function isUrl(text: string): boolean {
  return text.includes('://')
}

/** How consistent a read is to be, where the engine leaves a choice. */
export const CONSISTENCIES = ['best', 'snapshot', 'collection', 'catch-up'] as const satisfies ReadConsistency[]

/** What is said of a database beside its URL. */
export interface DatabaseChoice {
  /** Of MongoDB. */
  readonly consistency?: ReadConsistency
  /** Of MySQL and MariaDB. */
  readonly definer?: DefinerPolicy
}

/** The adapter for a URL, by its scheme. The message never repeats the text: it may hold a password. */
export function databaseAt(url: string, { consistency, definer }: DatabaseChoice = {}): DatabaseTarget {
  const [isMongodb, isMysql] = [/^mongodb(\+srv)?:\/\//.test(url), /^(mysql|mariadb):\/\//.test(url)]
  if (consistency !== undefined && !isMongodb) {
    throw new UsageError('--consistency is for MongoDB', { hint: 'Leave it out: here every read is of one moment.' })
  }
  if (definer !== undefined && !isMysql) {
    throw new UsageError('--definer is for MySQL and MariaDB', { hint: 'Leave it out: nothing here has a definer.' })
  }
  if (isMongodb) return mongodb(consistency === undefined ? url : { url, consistency })
  if (isMysql) return mysql(definer === undefined ? url : { url, definer })
  if (/^postgres(ql)?:\/\//.test(url)) return postgres(url)
  throw new InvalidUrlError('this is not the URL of a database that is known here', {
    hint: 'Write postgres://user@host:5432/database, or mysql://, mariadb:// or mongodb:// in its place.',
  })
}

/** `keep`, `drop`, or an account. */
export function definerPolicy(text: string): DefinerPolicy {
  return text === 'keep' || text === 'drop' ? text : { account: text }
}
