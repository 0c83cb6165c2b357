import { execFileSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cacheFolder } from './reachable-folder.ts'
import { type ServerUser, serverUser } from './server-user.ts'

/** The two families of one protocol: MariaDB as Debian has it, and MySQL. */
export const MYSQL_FLAVOURS = ['mariadb', 'mysql'] as const
export type MysqlFlavour = (typeof MYSQL_FLAVOURS)[number]

/** How a server is called, and how its data folder is made. */
export interface MysqlBinaries {
  readonly flavour: MysqlFlavour
  /** Full version, as in `9.7.0`: prepared data folders are kept per version. */
  readonly fullVersion: string
  /** Program and first arguments that start the server. */
  readonly server: readonly string[]
  /** Program and first arguments that make a data folder, without its name. */
  readonly install: readonly string[]
}

/** Debian's next release is the only place among the registries with MySQL itself; its system lies in a folder of the cache. */
const DEBIAN_SUITE = 'sid'

/** Finds a server: a binary on the machine, else (MySQL) one that debootstrap puts into the cache folder; throws where neither is. */
export function mysqlBinaries(flavour: MysqlFlavour, user: ServerUser | undefined): MysqlBinaries {
  const found = flavour === 'mariadb' ? mariadbOnMachine() : (mysqlOnMachine() ?? mysqlFromDebian(user))
  if (found) return found
  throw new Error(
    flavour === 'mariadb'
      ? 'no MariaDB: install mariadb-server, or set DBSNAP_TEST_MARIADB_URL to a server whose user may create databases'
      : 'no MySQL: install it, or debootstrap (as root), or set DBSNAP_TEST_MYSQL_URL to a server whose user may create databases',
  )
}

/**
 * Whether both families of servers can be had here, so that a test that needs them may declare itself skipped where they
 * cannot. Always true on CI, where a missing server is a failure. Looks, and installs nothing.
 */
export function canStartMysql(): boolean {
  if (process.env.CI) return true
  return MYSQL_FLAVOURS.every((flavour) => {
    if (process.env[flavour === 'mariadb' ? 'DBSNAP_TEST_MARIADB_URL' : 'DBSNAP_TEST_MYSQL_URL']) return true
    if (flavour === 'mariadb') return mariadbOnMachine() !== undefined
    return mysqlOnMachine() !== undefined || existsSync(debianRoot(serverUser())) || canBootstrap()
  })
}

function debianRoot(user: ServerUser | undefined): string {
  return join(cacheFolder(user), `mysql-${DEBIAN_SUITE}`)
}

function canBootstrap(): boolean {
  return process.getuid?.() === 0 && process.arch === 'x64' && onPath('debootstrap') !== undefined
}

function mariadbOnMachine(): MysqlBinaries | undefined {
  const [server, install] = [onPath('mariadbd'), onPath('mariadb-install-db')]
  if (server === undefined || install === undefined) return undefined
  return {
    flavour: 'mariadb',
    fullVersion: versionOf([server]),
    server: [server, '--no-defaults'],
    install: [install, '--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db'],
  }
}

/** On Debian `mysqld` is MariaDB's: its version tells. */
function mysqlOnMachine(): MysqlBinaries | undefined {
  const server = onPath('mysqld')
  if (server === undefined || said([server]).includes('MariaDB')) return undefined
  return mysqlWith([server], [])
}

function mysqlFromDebian(user: ServerUser | undefined): MysqlBinaries | undefined {
  const root = debianRoot(user)
  if (!existsSync(root) && !bootstrap(root)) return undefined
  const loader = join(root, 'lib64/ld-linux-x86-64.so.2')
  const libraries = [join(root, 'usr/lib/x86_64-linux-gnu'), join(root, 'usr/lib/mysql/private')].join(':')
  return mysqlWith(
    [loader, '--library-path', libraries, join(root, 'usr/sbin/mysqld')],
    [`--basedir=${join(root, 'usr')}`, `--lc-messages-dir=${join(root, 'usr/share/mysql')}`],
  )
}

function mysqlWith(program: readonly string[], options: readonly string[]): MysqlBinaries {
  const common = ['--no-defaults', '--mysqlx=OFF', '--secure-file-priv=', ...options]
  return {
    flavour: 'mysql',
    fullVersion: versionOf(program),
    server: [...program, ...common],
    install: [...program, ...common, '--initialize-insecure', '--innodb-redo-log-capacity=8M'],
  }
}

/** Needs root, debootstrap and half a minute, once. Safe beside other processes. */
function bootstrap(root: string): boolean {
  if (!canBootstrap()) return false
  const unfinished = `${root}.${process.pid}`
  const options = ['--variant=minbase', '--include=mysql-server-core', DEBIAN_SUITE, unfinished]
  try {
    execFileSync('debootstrap', options, { stdio: ['ignore', 'ignore', 'pipe'] })
    renameSync(unfinished, root)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(root)) throw error // else another process was first, and its folder is as good
  }
  return true
}

/**
 * Where a client tool of MariaDB lies (`mysql`, `mysqldump`). `undefined` where there is none, and the test that
 * needs it declares itself skipped.
 */
export function mysqlToolFor(name: 'mariadb' | 'mariadb-dump'): string | undefined {
  return onPath(name)
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/libexec']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

function said(program: readonly string[]): string {
  const [file = '', ...options] = program
  return execFileSync(file, [...options, '--no-defaults', '--version'], { encoding: 'utf8' })
}

function versionOf(program: readonly string[]): string {
  return /Ver (\d+(\.\d+)*)/.exec(said(program))?.[1] ?? 'unknown'
}
