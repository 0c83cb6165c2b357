import { startMongo } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'
import { startBenchMysql } from './bench-mysql.ts'
import { changeMongoFacts, createLargeMongo } from './large-mongo.ts'
import { changeMysqlFacts, createLargeMysql } from './large-mysql.ts'
import { dropDatabase } from './mongodb-orders.ts'

/** A server with a large database in it, for what a take of it needs. */
export interface LargeEngine extends AsyncDisposable {
  readonly url: string
  /** What was made, for the log. */
  readonly shape: unknown
  /** Changes many records. Resolves to how many. */
  change(): Promise<number>
  /** Drops the large database and makes an empty one: both would be more than some disks have. */
  replaceByEmpty(): Promise<string>
}

/** About `bytes` of records. Dispose of it to leave nothing behind. */
export async function openLargeEngine(engine: 'mysql' | 'mongodb', bytes: number): Promise<LargeEngine> {
  return engine === 'mysql' ? largeMysql(bytes) : largeMongo(bytes)
}

async function largeMysql(bytes: number): Promise<LargeEngine> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startBenchMysql('mysql'))
  const url = await server.createDatabase('large')
  const client = opened.adopt(await driver.createConnection(url), (connection) => connection.end())
  const shape = await createLargeMysql(client, bytes)
  const all = opened.move()
  return {
    ...{ url, shape },
    change: () => changeMysqlFacts(client, shape),
    replaceByEmpty: async () => {
      await client.query('drop database large')
      return server.createDatabase('restored')
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

async function largeMongo(bytes: number): Promise<LargeEngine> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startMongo({ parameters: ['--setParameter', 'ttlMonitorEnabled=false'] }))
  const url = server.url('large')
  const shape = await createLargeMongo(url, bytes)
  const all = opened.move()
  return {
    ...{ url, shape },
    change: () => changeMongoFacts(url),
    replaceByEmpty: async () => {
      await dropDatabase(url)
      return server.url('restored')
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
