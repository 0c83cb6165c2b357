import { connect } from 'node:net'
import type { PostgresVersion } from './postgres-binaries.ts'
import { type PostgresServer, postgresServerAt, startPostgres } from './postgres-server.ts'

/** Names the socket of the process that owns the servers of a test run. Set by the global set-up. */
export const BROKER_VARIABLE = 'DBSNAP_TEST_SERVER_BROKER'

const servers = new Map<PostgresVersion, Promise<PostgresServer>>()

/**
 * The server that the whole test run shares, started at the first call of the run. Take a database of your own from
 * it with `createDatabase`; change nothing that other databases see. Its `stop` leaves it running: it ends with
 * the run. Without the global set-up it is one server for each worker.
 */
export function sharedPostgres(version: PostgresVersion = 18): Promise<PostgresServer> {
  let server = servers.get(version)
  if (!server) {
    const broker = process.env[BROKER_VARIABLE]
    server = broker ? askBroker(broker, String(version)).then(postgresServerAt) : startShared(version)
    servers.set(version, server)
  }
  return server
}

async function startShared(version: PostgresVersion): Promise<PostgresServer> {
  const server = await startPostgres({ version })
  const shared: PostgresServer = { ...server, stop: async () => {}, [Symbol.asyncDispose]: async () => {} }
  return shared
}

/** One line there, what is wanted; one line back, the URL or why there is none. */
export async function askBroker(socketPath: string, question: string): Promise<string> {
  const socket = connect(socketPath)
  socket.end(`${question}\n`)
  let answer = ''
  for await (const part of socket) answer += String(part)
  const { url, error }: { url?: string; error?: string } = JSON.parse(answer)
  if (url === undefined) throw new Error(error ?? 'the owner of the test servers gave no address')
  return url
}
