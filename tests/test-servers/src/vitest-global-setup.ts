import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BROKER_VARIABLE } from './server-broker.ts'
import { SHARED_SERVERS, type SharedServer } from './shared-servers.ts'

interface Broker {
  users: number
  close(): Promise<void>
}

/** Every project of a run loads this file for itself, so the one broker is kept where all of them see it. */
const owner = globalThis as { dbsnapTestServers?: Promise<Broker> | undefined }

/**
 * Vitest's global set-up: the main process owns the shared servers, starts each when a worker first asks for it, and
 * stops them when the last project is done. They die with the main process, however it ends.
 */
export async function setup(): Promise<() => Promise<void>> {
  owner.dbsnapTestServers ??= openBroker()
  const broker = await owner.dbsnapTestServers
  broker.users += 1
  return async () => {
    broker.users -= 1
    if (broker.users > 0) return
    owner.dbsnapTestServers = undefined
    await broker.close()
  }
}

async function openBroker(): Promise<Broker> {
  const servers = new Map<string, Promise<SharedServer>>()
  const answer = async (socket: Socket) => {
    let question = ''
    for await (const part of socket) question += String(part)
    const name = question.trim()
    try {
      const start = SHARED_SERVERS.get(name)
      if (start === undefined) throw new Error(`there is no test server called ${name}`)
      const server = servers.get(name) ?? start()
      servers.set(name, server)
      socket.end(JSON.stringify({ url: (await server).url() }))
    } catch (error) {
      socket.end(JSON.stringify({ error: String(error) }))
    }
  }
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    answer(socket).catch(() => socket.destroy()) // the worker went away while it waited: nobody is left to tell
  })
  const folder = await mkdtemp(join(tmpdir(), 'dbsnap-test-servers-'))
  const path = join(folder, 'broker.sock')
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(path, resolve))
  listener.unref()
  process.env[BROKER_VARIABLE] = path
  return {
    users: 0,
    close: async () => {
      delete process.env[BROKER_VARIABLE]
      listener.close()
      await rm(folder, { recursive: true, force: true })
      const started = await Promise.allSettled(servers.values())
      await Promise.all(started.map((server) => (server.status === 'fulfilled' ? server.value.stop() : undefined)))
    },
  }
}
