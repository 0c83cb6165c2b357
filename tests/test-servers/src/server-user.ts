import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The operating system's user a server runs as. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * PostgreSQL refuses to run as root, so as root its processes get another user: `postgres`, else `nobody`, else a
 * system user made for the purpose. `undefined` when this process is not root: the server then runs as we do.
 */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const known = findUser('postgres') ?? findUser('nobody')
  if (known) return known
  execFileSync('useradd', ['--system', '--shell', '/usr/sbin/nologin', 'postgres'])
  const made = findUser('postgres')
  if (!made) throw new Error('useradd made the user postgres, but /etc/passwd does not show it')
  return made
}

function findUser(name: string): ServerUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  if (line === undefined) return undefined
  const [, , uid, gid] = line.split(':')
  return { name, uid: Number(uid), gid: Number(gid) }
}
