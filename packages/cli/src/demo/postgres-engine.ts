import { postgres } from '@dbsnap/postgres'
import pg from 'pg'
import { BAD_RELEASE, deployBadRelease } from './bad-release.ts'
import type { DemoEngine, DemoShop, ShopDescription } from './demo-engine.ts'
import { startEmbeddedServer } from './servers/embedded-server.ts'
import { serverUser } from './servers/server-user.ts'
import { connectShop, newDatabaseName, partsOf } from './shop-connection.ts'
import { createShop } from './shop-database.ts'

/** PostgreSQL, which comes along with the package. */
export const postgresEngine: DemoEngine = {
  title: 'PostgreSQL',
  removedByBadRelease: 1 + BAD_RELEASE.linesDeleted,
  serverUser: () => serverUser('postgres'),
  startServer: (folder, user, { signal }) => startEmbeddedServer(folder, user, signal),
  openShop: (serverUrl) => connectShop('PostgreSQL', () => openShop(serverUrl)),
}

async function openShop(serverUrl: string): Promise<DemoShop> {
  const name = newDatabaseName()
  const url = partsOf(serverUrl)
  url.pathname = `/${name}`
  const server = await connected(serverUrl)
  try {
    await server.query(`create database ${name}`)
    const client = await connected(url.href)
    return {
      database: () => postgres(url.href),
      fill: (scale) => createShop(client, { scale }),
      describe: () => describe(client),
      deployBadRelease: () => deployBadRelease(client),
      close: async () => {
        await client.end()
        await server.query(`drop database ${name} with (force)`)
        await server.end()
      },
    }
  } catch (error) {
    await server.end()
    throw error
  }
}

async function describe(client: pg.Client): Promise<ShopDescription> {
  const { rows } = await client.query<{ name: string; records: number; version: string }>(
    `select relname as name, reltuples::int as records, current_setting('server_version') as version
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by reltuples desc`,
  )
  return { server: `PostgreSQL ${rows[0]?.version}`, noun: 'tables', collections: rows }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // a lost connection also fails the statement that runs, and that is thrown
  await client.connect()
  return client
}
