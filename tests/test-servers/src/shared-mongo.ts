import { type MongoServer, type MongoTopology, mongoServerAt, startMongo } from './mongo-server.ts'
import { askBroker } from './server-broker.ts'

const servers = new Map<MongoTopology, Promise<MongoServer>>()

/**
 * The server that the whole test run shares, started at the first call of the run; `DBSNAP_TEST_MONGODB_URL` is used as the
 * replica set where it is given. Take a database of your own by `url()`. Its `stop` leaves it running.
 */
export function sharedMongo(topology: MongoTopology = 'replica-set'): Promise<MongoServer> {
  let server = servers.get(topology)
  if (!server) {
    server = find(topology)
    servers.set(topology, server)
  }
  return server
}

async function find(topology: MongoTopology): Promise<MongoServer> {
  const given = process.env.DBSNAP_TEST_MONGODB_URL
  if (given && topology === 'replica-set') return mongoServerAt(given, topology)
  const url = askBroker(`mongodb ${topology}`)
  if (url !== undefined) return mongoServerAt(await url, topology)
  const server = await startMongo({ topology })
  const shared: MongoServer = { ...server, stop: async () => {}, [Symbol.asyncDispose]: async () => {} }
  return shared
}
