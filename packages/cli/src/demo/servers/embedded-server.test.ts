import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startEmbeddedServer } from './embedded-server.ts'
import { serverUser, temporaryFolder } from './server-user.ts'

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    return (await client.query('select 1 as one')).rows[0].one === 1
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

test('it answers until it is stopped, and only to its password', async () => {
  const user = await serverUser()
  const folder = await mkdtemp(join(await temporaryFolder(user), 'dbsnap-embedded-'))
  await chmod(folder, 0o711)
  const server = await startEmbeddedServer(folder, user)
  expect(await answers(server.url)).toBe(true)
  const stranger = new URL(server.url)
  stranger.password = ''
  expect(await answers(stranger.href)).toBe(false)
  await server.stop()
  expect(await answers(server.url)).toBe(false)
  await rm(folder, { recursive: true })
})

test('when our process is killed, server and folder go', async () => {
  const user = await serverUser()
  const folder = await mkdtemp(join(await temporaryFolder(user), 'dbsnap-embedded-'))
  await chmod(folder, 0o711)
  const module = new URL('./embedded-server.ts', import.meta.url).href
  const script = `
    const { startEmbeddedServer } = await import(${JSON.stringify(module)})
    console.log((await startEmbeddedServer(${JSON.stringify(folder)}, ${JSON.stringify(user)})).url)
    setInterval(() => {}, 1000)`
  const args = ['--conditions=dbsnap:source', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  const url = String(line).trim()
  expect(await answers(url)).toBe(true)
  child.kill('SIGKILL')
  while (existsSync(folder)) await sleep(20) // ends by the test's own time-out where the folder stays
  expect(await answers(url)).toBe(false)
})
