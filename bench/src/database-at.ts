import type { DatabaseTarget } from '@dbsnap/core'

/**
 * The adapter of a URL, with its defaults, and its driver loaded, as an application that is running has it. Only that one: the
 * others would be memory that is not its own.
 */
export async function databaseAt(url: string): Promise<DatabaseTarget> {
  if (/^(mysql|mariadb):/.test(url)) {
    const [{ mysql }] = await Promise.all([import('@dbsnap/mysql'), import('mysql2')])
    return mysql(url)
  }
  if (url.startsWith('mongodb')) {
    const [{ mongodb }] = await Promise.all([import('@dbsnap/mongodb'), import('mongodb')])
    return mongodb(url)
  }
  const [{ postgres }] = await Promise.all([import('@dbsnap/postgres'), import('pg'), import('pg-copy-streams')])
  return postgres(url)
}
