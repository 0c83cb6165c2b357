import { MONGO_TOPOLOGIES, startMongo } from './mongo-server.ts'
import { MYSQL_FLAVOURS } from './mysql-binaries.ts'
import { startMysql } from './mysql-server.ts'
import { POSTGRES_VERSIONS } from './postgres-binaries.ts'
import { startPostgres } from './postgres-server.ts'

/** What a shared server has to offer to its owner. */
export interface SharedServer {
  url(): string
  stop(): Promise<void>
}

/** How each server that a test run may share is started, by the name that `askBroker` gives. */
export const SHARED_SERVERS: ReadonlyMap<string, () => Promise<SharedServer>> = new Map([
  ...POSTGRES_VERSIONS.map((version) => named(`postgres ${version}`, () => startPostgres({ version }))),
  ...MYSQL_FLAVOURS.map((flavour) => named(flavour, () => startMysql(flavour))),
  ...MONGO_TOPOLOGIES.map((topology) => named(`mongodb ${topology}`, () => startMongo({ topology }))),
])

function named(name: string, start: () => Promise<SharedServer>): [string, () => Promise<SharedServer>] {
  return [name, start]
}
