import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { type MongoProcess, startMongoProcess } from './mongo-process.ts'

/** How a server is set up: alone, without a replica set's snapshot reads, or as the only node of one. */
export const MONGO_TOPOLOGIES = ['standalone', 'replica-set'] as const

export type MongoTopology = (typeof MONGO_TOPOLOGIES)[number]

export interface MongoServerOptions {
  /** Default `replica-set`. */
  readonly topology?: MongoTopology
  /** More arguments of `mongod`, as in `['--setParameter', 'ttlMonitorEnabled=false']`. */
  readonly parameters?: readonly string[]
}

/** A real MongoDB server that a test may use. */
export interface MongoServer extends AsyncDisposable {
  readonly topology: MongoTopology
  /** The process, where we started it. */
  readonly process: MongoProcess | undefined
  /** A database of this name; by default one never used before. Databases come to be when they are written. */
  url(database?: string): string
  /** Stops the server and removes its data. Quiet when stopped already. A server we did not start stays. */
  stop(): Promise<void>
}

const SET = 'rs0'

/** Starts a server of its own for one test: about a second as a replica set, which elects itself. */
export async function startMongo(options: MongoServerOptions = {}): Promise<MongoServer> {
  const { topology = 'replica-set', parameters = [] } = options
  const member = topology === 'replica-set' ? ['--replSet', SET] : []
  const process = await startMongoProcess([...member, ...parameters])
  if (topology === 'replica-set') await initiate(process.port)
  return mongoServerAt(`mongodb://127.0.0.1:${process.port}/?directConnection=true`, topology, process)
}

/** A server that runs already. Its `stop` leaves it running. */
export function mongoServerAt(address: string, topology: MongoTopology, process?: MongoProcess): MongoServer {
  let stopped: Promise<void> | undefined
  const server: MongoServer = {
    topology,
    process,
    url(database = `test_${randomBytes(6).toString('hex')}`) {
      const [, before, query = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*(\?.*)?$/.exec(address) ?? []
      if (before === undefined) throw new Error('the address of the test server is not a MongoDB URL')
      return `${before}/${encodeURIComponent(database)}${query}`
    },
    stop() {
      stopped ??= process?.stop() ?? Promise.resolve()
      return stopped
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
  return server
}

async function initiate(port: number): Promise<void> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`)
  try {
    const admin = client.db('admin')
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }]
    await admin.command({ replSetInitiate: { _id: SET, members } })
    while ((await admin.command({ hello: 1 })).isWritablePrimary !== true) await sleep(20)
  } finally {
    await client.close()
  }
}
