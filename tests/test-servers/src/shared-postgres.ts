import type { PostgresVersion } from './postgres-binaries.ts'
import { type PostgresServer, postgresServerAt, startPostgres } from './postgres-server.ts'
import { askBroker } from './server-broker.ts'

const servers = new Map<PostgresVersion, Promise<PostgresServer>>()

/**
 * The server that the whole test run shares, started at the first call of the run. Take a database of your own from
 * it with `createDatabase`; change nothing that other databases see. Its `stop` leaves it running: it ends with
 * the run. Without the global set-up it is one server for each worker.
 */
export function sharedPostgres(version: PostgresVersion = 18): Promise<PostgresServer> {
  let server = servers.get(version)
  if (!server) {
    const url = askBroker(`postgres ${version}`)
    server = url === undefined ? startShared(version) : url.then(postgresServerAt)
    servers.set(version, server)
  }
  return server
}

async function startShared(version: PostgresVersion): Promise<PostgresServer> {
  const server = await startPostgres({ version })
  const shared: PostgresServer = { ...server, stop: async () => {}, [Symbol.asyncDispose]: async () => {} }
  return shared
}
