import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'
import { findProgram, type Variables } from './find-program.ts'

const run = promisify(execFile)

/** How a MariaDB or MySQL of this machine is called, and how its data folder is made. */
export interface MysqlPrograms {
  readonly title: 'MariaDB' | 'MySQL'
  readonly server: string
  readonly serverOptions: readonly string[]
  readonly install: string
  readonly installOptions: readonly string[]
}

/** Finds them on the PATH; throws UNSUPPORTED_RUNTIME with what to install. `mysqld` may be either: its version tells. */
export async function mysqlPrograms(variables: Variables, serverFolders?: readonly string[]): Promise<MysqlPrograms> {
  const server = findProgram(['mariadbd', 'mysqld'], variables, serverFolders)
  if (server === undefined) throw nothingFound('neither mariadbd nor mysqld')
  if (!(await isMariadb(server))) {
    // X Protocol would listen beside it; the folder for files that packages name need not exist.
    const options = ['--no-defaults', '--loose-mysqlx=OFF', '--secure-file-priv=']
    const installOptions = [...options, '--initialize-insecure']
    return { title: 'MySQL', server, serverOptions: options, install: server, installOptions }
  }
  const install = findProgram(['mariadb-install-db', 'mysql_install_db'], variables, serverFolders)
  if (install === undefined) throw nothingFound('mariadbd without mariadb-install-db')
  const installOptions = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db']
  return { title: 'MariaDB', server, serverOptions: ['--no-defaults'], install, installOptions }
}

async function isMariadb(server: string): Promise<boolean> {
  try {
    return (await run(server, ['--no-defaults', '--version'])).stdout.includes('MariaDB')
  } catch (cause) {
    throw new UnsupportedRuntimeError(`The program ${server} does not run on this machine.`, { hint: HINT, cause })
  }
}

const HINT =
  'Install MariaDB (apt install mariadb-server, brew install mariadb) or MySQL, or name a server whose user may create ' +
  'databases: dbsnap demo mysql --url mysql://user@host:3306, or DBSNAP_DEMO_MYSQL_URL.'

function nothingFound(what: string): UnsupportedRuntimeError {
  return new UnsupportedRuntimeError(`The demo needs a MariaDB or MySQL server, and this machine has ${what}.`, {
    hint: HINT,
  })
}
