import { MongoClient } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { mongoUnavailable, sharedMongo, startMongo } from '../src/index.ts'

async function command(url: string, document: Record<string, unknown>) {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2000 })
  try {
    return await client.db().command(document)
  } finally {
    await client.close()
  }
}

describe.skipIf(await mongoUnavailable())('MongoDB', () => {
  test('a standalone starts, is no replica set and leaves nothing', async () => {
    const server = await startMongo({ topology: 'standalone' })
    const url = server.url()
    expect((await command(url, { hello: 1 })).setName).toBeUndefined()
    await server.stop()
    await expect(command(url, { hello: 1 })).rejects.toThrow()
  })

  test('a replica set can be written at once, keeps its data over a restart', async () => {
    await using server = await startMongo({ parameters: ['--setParameter', 'ttlMonitorEnabled=false'] })
    const url = server.url()
    await command(url, { insert: 'a', documents: [{ _id: 1 }], writeConcern: { w: 'majority' } })
    await server.process?.halt()
    await server.process?.start()
    while ((await command(url, { hello: 1 })).isWritablePrimary !== true);
    expect((await command(url, { count: 'a' })).n).toBe(1)
  })

  test('the shared server is one server, and every URL another database', async () => {
    const server = await sharedMongo()
    expect(await sharedMongo()).toBe(server)
    expect(server.url()).not.toBe(server.url())
  })
})
