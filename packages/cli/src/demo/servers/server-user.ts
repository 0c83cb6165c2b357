import { readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'

/** The operating system's user a server runs as. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * PostgreSQL and MySQL refuse to run as root, so root's demo runs them as a user of their own or `nobody`, whichever the
 * machine has; none is made for a demo. `undefined`: this process is not root's, the server runs as we do.
 */
export async function serverUser(own: 'postgres' | 'mysql' = 'postgres'): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n')
  for (const name of [own, 'nobody']) {
    const line = lines.find((entry) => entry.startsWith(`${name}:`))
    if (line === undefined) continue
    const [, , uid, gid] = line.split(':')
    return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new UnsupportedRuntimeError('The server refuses to run as root, and this machine has no other user for it.', {
    hint: `Run the demo as another user, or add one: useradd --system ${own}`,
  })
}

/** Whether `user` can enter `folder`, which is so only if it can enter every folder above it. */
export async function isReachable(folder: string, user: ServerUser | undefined): Promise<boolean> {
  if (!user) return true
  for (let at = resolve(folder); ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at)
    const needed = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & needed) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** The system's temporary folder, or one beside it that `user` can enter too. */
export async function temporaryFolder(user: ServerUser | undefined): Promise<string> {
  const folders = process.platform === 'win32' ? [tmpdir()] : [tmpdir(), '/tmp', '/var/tmp']
  for (const folder of folders) if (await isReachable(folder, user).catch(() => false)) return folder
  throw new UnsupportedRuntimeError(`The user ${user?.name} can enter no temporary folder.`, {
    hint: 'Set TMPDIR to a folder that every user can enter.',
  })
}
