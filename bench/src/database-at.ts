import type { DatabaseTarget } from '@dbsnap/core'

/** The adapter of a URL, with its defaults. Only that one is loaded: the others would be memory that is not its own. */
export async function databaseAt(url: string): Promise<DatabaseTarget> {
  if (/^(mysql|mariadb):/.test(url)) return (await import('@dbsnap/mysql')).mysql(url)
  if (url.startsWith('mongodb')) return (await import('@dbsnap/mongodb')).mongodb(url)
  return (await import('@dbsnap/postgres')).postgres(url)
}
