import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join, relative } from 'node:path'
import { cacheFolder, isReachable } from './reachable-folder.ts'
import type { ServerUser } from './server-user.ts'

/** The major versions the tests may ask for. */
export const POSTGRES_VERSIONS = [13, 14, 15, 16, 17, 18] as const
export type PostgresVersion = (typeof POSTGRES_VERSIONS)[number]

/** A folder with `initdb` and `postgres` in it. */
export interface PostgresBinaries {
  readonly folder: string
  /** Full version, as in `15.18`: prepared clusters are kept per version. */
  readonly fullVersion: string
  readonly origin: 'machine' | 'package'
}

/** Finds the server of one major version: a binary on the machine, else the npm package; throws where neither is. */
export function postgresBinaries(version: PostgresVersion, user: ServerUser | undefined): PostgresBinaries {
  const found = onMachine(version, user) ?? fromPackage(version, user)
  if (found) return found
  throw new Error(
    `no PostgreSQL ${version}: neither on this machine (/usr/lib/postgresql/${version}/bin, PATH) nor as the package ` +
      `postgres-${version} (linux-x64 only). Install one, or set DBSNAP_TEST_POSTGRES_URL to a server of that version.`,
  )
}

function onMachine(version: PostgresVersion, user: ServerUser | undefined): PostgresBinaries | undefined {
  const folders = [
    `/usr/lib/postgresql/${version}/bin`,
    `/usr/pgsql-${version}/bin`,
    `/opt/homebrew/opt/postgresql@${version}/bin`,
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  for (const folder of folders) {
    if (!existsSync(join(folder, 'postgres')) || !existsSync(join(folder, 'initdb'))) continue
    if (!isReachable(folder, user)) continue
    const fullVersion = fullVersionOf(folder)
    if (fullVersion.split('.')[0] === String(version)) return { folder, fullVersion, origin: 'machine' }
  }
  return undefined
}

function fromPackage(version: PostgresVersion, user: ServerUser | undefined): PostgresBinaries | undefined {
  const installed = packageFolder(`postgres-${version}`)
  if (installed === undefined || !existsSync(join(installed, 'native', 'bin', 'postgres'))) return undefined
  const home = isReachable(installed, user) ? installed : copyToCache(installed, version, user)
  makeLibraryLinks(home)
  const folder = join(home, 'native', 'bin')
  return { folder, fullVersion: fullVersionOf(folder), origin: 'package' }
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    return undefined // optional dependency: absent on platforms without binaries
  }
}

/** The server's user cannot enter the clone, so the binaries move to where it can. Safe beside other processes. */
function copyToCache(installed: string, version: PostgresVersion, user: ServerUser | undefined): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  const home = join(cacheFolder(user), `postgres-${version}-${manifest.version}`)
  if (existsSync(home)) return home
  const unfinished = `${home}.${process.pid}`
  cpSync(join(installed, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true })
  makeLibraryLinks(unfinished)
  try {
    renameSync(unfinished, home)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(home)) throw error // else another process was first, and its copy is as good
  }
  return home
}

/** npm packages cannot hold symbolic links: the package lists them, and its install script (which may be off) makes them. */
function makeLibraryLinks(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const link = join(home, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (error) {
      if (!existsSync(link)) throw error
    }
  }
}

function fullVersionOf(folder: string): string {
  const said = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  return /(\d+(\.\d+)*)/.exec(said)?.[1] ?? said.trim()
}
