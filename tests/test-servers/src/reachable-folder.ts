import { mkdirSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { ServerUser } from './server-user.ts'

/** Whether `user` can enter `folder`: a clone below a home folder of mode 0700 is out of reach of another user. */
export function isReachable(folder: string, user: ServerUser | undefined): boolean {
  if (!user) return true
  for (let at = resolve(folder); ; at = dirname(at)) {
    const { mode, uid, gid } = statSync(at)
    const entry = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & entry) === 0) return false
    if (at === dirname(at)) return true
  }
}

/**
 * Where downloads and prepared clusters are kept between runs: `DBSNAP_CACHE_DIR`, else `~/.cache/dbsnap`, else a
 * folder of the temporary folder where the home folder is closed to the server's user.
 */
export function cacheFolder(user: ServerUser | undefined): string {
  const chosen = process.env.DBSNAP_CACHE_DIR
  const candidates = chosen
    ? [chosen]
    : [join(homedir(), '.cache', 'dbsnap'), ...temporaryFolders().map((folder) => join(folder, 'dbsnap-cache'))]
  for (const folder of candidates) {
    mkdirSync(folder, { recursive: true })
    const mine = statSync(folder).uid === (process.getuid?.() ?? statSync(folder).uid)
    if (mine && isReachable(folder, user)) return folder
  }
  throw new Error(
    `the user ${user?.name} can enter none of ${candidates.join(', ')}: set DBSNAP_CACHE_DIR to a folder it can enter`,
  )
}

/** A folder for a server's data that the server's user can enter. */
export function temporaryFolder(user: ServerUser | undefined): string {
  const found = temporaryFolders().find((folder) => isReachable(folder, user))
  if (found === undefined) throw new Error(`the user ${user?.name} can enter no temporary folder: set TMPDIR`)
  return found
}

function temporaryFolders(): string[] {
  return process.platform === 'win32' ? [tmpdir()] : [tmpdir(), '/tmp', '/var/tmp']
}
