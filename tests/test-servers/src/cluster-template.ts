import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { cacheFolder } from './reachable-folder.ts'
import type { ServerUser } from './server-user.ts'

const run = promisify(execFile)

/** Fixed, so that a developer's locale changes no test's outcome. A later option of the caller wins. */
const INITDB_DEFAULTS = ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8']

/**
 * Makes a fresh data folder at `dataFolder`. `initdb` (0.6 s) runs once per version and options; its result is kept
 * in the cache folder and copied (0.1 s) from then on.
 */
export async function createCluster(
  binaries: PostgresBinaries,
  initdb: readonly string[],
  dataFolder: string,
  user: ServerUser | undefined,
): Promise<void> {
  const options = [...INITDB_DEFAULTS, ...initdb]
  const identity = createHash('sha256').update(
    JSON.stringify([binaries.fullVersion, binaries.origin, options, user?.uid]),
  )
  const clusters = join(cacheFolder(user), 'clusters')
  await mkdir(clusters, { recursive: true })
  if (user) await chown(clusters, user.uid, user.gid)
  const template = join(clusters, `${binaries.fullVersion}-${identity.digest('hex').slice(0, 12)}`)
  if (!existsSync(template)) await makeTemplate(binaries, options, template, user)
  await run('cp', ['-R', template, dataFolder], asUser(user))
}

async function makeTemplate(
  binaries: PostgresBinaries,
  options: readonly string[],
  template: string,
  user: ServerUser | undefined,
): Promise<void> {
  const unfinished = `${template}.${randomUUID()}`
  await run(join(binaries.folder, 'initdb'), [...options, '-D', unfinished], asUser(user))
  try {
    await rename(unfinished, template)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!existsSync(template)) throw error // else another process was first, and its cluster is as good
  }
}

/** The working folder is named, because the caller's own may be closed to the server's user. */
export function asUser(user: ServerUser | undefined): { cwd: string; uid?: number; gid?: number } {
  return user ? { cwd: '/', uid: user.uid, gid: user.gid } : { cwd: '/' }
}
