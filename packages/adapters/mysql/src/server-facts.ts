import { UnsupportedServerError } from '@dbsnap/core/errors'
import type { MysqlConnection } from './connection/mysql-connection.ts'

/** The two families of servers that speak the protocol. */
export type Flavour = 'mysql' | 'mariadb'

/** What a server is, as far as statements differ by it. */
export interface ServerFacts {
  readonly flavour: Flavour
  /** As the server says it: `9.7.0`, `10.11.14-MariaDB`. */
  readonly version: string
  /** For comparison: 10.11.14 is 101114. */
  readonly number: number
}

/** The oldest that are read and written: 5.7 and 10.6. */
const OLDEST: Readonly<Record<Flavour, number>> = { mysql: 50700, mariadb: 100600 }

/** Asks the server what it is. Fails as `parseServerFacts` does. */
export async function readServerFacts(connection: MysqlConnection): Promise<ServerFacts> {
  const [row] = await connection.query('ask for the version', 'SELECT VERSION() AS version')
  return parseServerFacts(String(row?.version))
}

/** Reads what VERSION() says. Fails with `UnsupportedServerError` where the server is older than 5.7 (MariaDB: 10.6). */
export function parseServerFacts(version: string): ServerFacts {
  const flavour: Flavour = version.includes('MariaDB') ? 'mariadb' : 'mysql'
  const [, major = '0', minor = '0', patch = '0'] = /(\d+)\.(\d+)\.(\d+)(?!.*\d+\.\d+\.\d+-MariaDB)/.exec(version) ?? []
  const number = Number(major) * 10_000 + Number(minor) * 100 + Number(patch)
  if (number < OLDEST[flavour]) {
    throw new UnsupportedServerError(`the server is ${flavour === 'mariadb' ? 'MariaDB' : 'MySQL'} ${version}`, {
      hint: 'DBSnap reads and writes MySQL from 5.7 and MariaDB from 10.6 on.',
      data: { version },
    })
  }
  return { flavour, version, number }
}
