import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { freePort } from './free-port.ts'
import { cannotRun, launchServer } from './launch-server.ts'
import { mongodProgram } from './mongod-program.ts'
import type { OwnServer, Surroundings } from './own-server.ts'

const SELF = {
  title: 'MongoDB',
  hint: 'Name a server that runs: dbsnap demo mongodb --url mongodb://host:27017, or DBSNAP_DEMO_MONGODB_URL.',
}

/** A set of one node: only those offer one moment for all collections. */
const SET = 'demo'

/**
 * Starts a MongoDB whose data lies below `folder`, as a replica set of one node, on a free port of the loopback, behind a random
 * password. It does run as root, so it runs as we do. Otherwise as `startEmbeddedServer`. Throws UNSUPPORTED_RUNTIME, with what
 * to install, where there is none.
 */
export async function startOwnMongodb(folder: string, { variables, say, signal }: Surroundings): Promise<OwnServer> {
  const program = await mongodProgram(variables, say)
  const home = join(folder, 'server')
  await mkdir(join(home, 'data'), { recursive: true, mode: 0o700 })
  const password = randomBytes(18).toString('hex')
  await writeFile(join(home, 'key'), randomBytes(60).toString('base64'), { mode: 0o600 })
  const port = await freePort()
  const server = await launchServer({
    ...SELF,
    program,
    options: [
      ...['--dbpath', join(home, 'data'), '--port', String(port), '--bind_ip', '127.0.0.1'],
      ...['--replSet', SET, '--keyFile', join(home, 'key'), '--wiredTigerCacheSizeGB', '0.5'],
      ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
    ],
    user: undefined,
    folder,
    ready: '"Waiting for connections"',
    endsBy: 'KILL',
    signal,
  })
  await makeUser(port, password).catch(async (cause: unknown) => {
    await server.end()
    throw cannotRun(SELF, 'made no replica set of itself', cause)
  })
  return {
    url: `mongodb://demo:${password}@127.0.0.1:${port}/?directConnection=true&authSource=admin`,
    stop: () => server.end(),
  }
}

/** Whoever comes first from this machine may make the first user, and nothing else before. */
async function makeUser(port: number, password: string): Promise<void> {
  const address = `127.0.0.1:${port}`
  const alone = new MongoClient(`mongodb://${address}/?directConnection=true`)
  try {
    const config = { _id: SET, members: [{ _id: 0, host: address }] }
    await alone.db('admin').command({ replSetInitiate: config })
  } finally {
    await alone.close()
  }
  // As a client of the set the driver waits for the node to have elected itself.
  const client = new MongoClient(`mongodb://${address}/?replicaSet=${SET}`)
  try {
    await client.db('admin').command({ createUser: 'demo', pwd: password, roles: ['root'] })
  } finally {
    await client.close()
  }
}
