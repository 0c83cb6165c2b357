import type { MysqlFlavour } from './mysql-binaries.ts'
import { type MysqlServer, mysqlServerAt, startMysql } from './mysql-server.ts'
import { askBroker } from './server-broker.ts'

const servers = new Map<MysqlFlavour, Promise<MysqlServer>>()

/**
 * The MariaDB or MySQL server that the whole test run shares, as `sharedPostgres` shares PostgreSQL's. Take databases of
 * your own from it; change nothing that others see. Its `stop` leaves it running.
 */
export function sharedMysql(flavour: MysqlFlavour): Promise<MysqlServer> {
  let server = servers.get(flavour)
  if (!server) {
    const url = askBroker(flavour)
    server = url === undefined ? startShared(flavour) : url.then((text) => mysqlServerAt(text, flavour))
    servers.set(flavour, server)
  }
  return server
}

async function startShared(flavour: MysqlFlavour): Promise<MysqlServer> {
  const server = await startMysql(flavour)
  return { ...server, stop: async () => {}, [Symbol.asyncDispose]: async () => {} }
}
