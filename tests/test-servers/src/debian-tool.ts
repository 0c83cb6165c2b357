import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Where one of PostgreSQL's own client tools lies: Debian's version 15, else whatever is on the PATH. `undefined`
 * where there is none, and the test that compares with it declares itself skipped.
 */
export function debianTool(name: 'pg_dump' | 'psql' | 'pg_restore'): string | undefined {
  const folders = ['/usr/lib/postgresql/15/bin', ...(process.env.PATH ?? '').split(delimiter)]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
