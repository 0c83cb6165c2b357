import { mongodb } from '@dbsnap/mongodb'
import { type Db, MongoClient } from 'mongodb'
import type { DemoEngine, DemoShop, ShopDescription } from './demo-engine.ts'
import { createMongodbShop, deployMongodbBadRelease, MONGODB_COLLECTIONS } from './mongodb-shop.ts'
import { startOwnMongodb } from './servers/own-mongodb-server.ts'
import { connectShop, newDatabaseName } from './shop-connection.ts'

/** MongoDB: whichever the machine has, pip brings, or a URL names. */
export const mongodbEngine: DemoEngine = {
  title: 'MongoDB',
  removedByBadRelease: 1, // an order holds its lines
  serverUser: async () => undefined, // it does run as root
  startServer: (folder, _, surroundings) => startOwnMongodb(folder, surroundings),
  openShop: (serverUrl) => connectShop('MongoDB', () => openShop(serverUrl)),
}

async function openShop(serverUrl: string): Promise<DemoShop> {
  const name = newDatabaseName()
  const client = new MongoClient(serverUrl, { serverSelectionTimeoutMS: 10_000 })
  const db = client.db(name)
  try {
    await db.command({ ping: 1 })
  } catch (error) {
    await client.close()
    throw error
  }
  return {
    database: () => mongodb({ url: serverUrl, database: name }),
    fill: (scale) => createMongodbShop(db, scale),
    describe: () => describe(db),
    deployBadRelease: () => deployMongodbBadRelease(db),
    close: async () => {
      await db.dropDatabase()
      await client.close()
    },
  }
}

async function describe(db: Db): Promise<ShopDescription> {
  const { version } = await db.command({ buildInfo: 1 })
  const collections = await Promise.all(
    MONGODB_COLLECTIONS.map(async (name) => ({ name, records: await db.collection(name).estimatedDocumentCount() })),
  )
  collections.sort((a, b) => b.records - a.records)
  return { server: `MongoDB ${version}`, noun: 'collections', collections }
}
