import { type DatabaseTarget, InvalidUrlError } from '@dbsnap/core'
import { mysql } from '@dbsnap/mysql'
import { postgres } from '@dbsnap/postgres'

/** Whether an argument is a URL and not the name of a snapshot. */
export function isUrl(text: string): boolean {
  return text.includes('://')
}

/** The adapter for a URL, by its scheme. The message never repeats the text: it may hold a password. */
export function databaseAt(url: string): DatabaseTarget {
  if (/^postgres(ql)?:\/\//.test(url)) return postgres(url)
  if (/^(mysql|mariadb):\/\//.test(url)) return mysql(url)
  throw new InvalidUrlError('this is not the URL of a database that is known here', {
    hint: 'Write postgres://user@host:5432/database, or mysql:// or mariadb:// in its place.',
  })
}
