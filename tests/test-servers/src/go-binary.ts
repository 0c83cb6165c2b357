import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './reachable-folder.ts'

const run = promisify(execFile)

/** A server that Go builds from a version of its source, which Go's checksum database vouches for. */
export interface GoServer {
  /** Name of the binary. */
  readonly name: string
  readonly module: string
  /** As Go writes it: `v1.8.0`. */
  readonly version: string
  /** Variable that may hold the path of one to be used instead. */
  readonly variable: string
}

const found = new Map<GoServer, Promise<string>>()

/**
 * Where the binary lies: where its variable says, on the PATH, else built by Go once into the cache folder (a minute or
 * two). Fails with the reason where there is none.
 */
export function goBinary(server: GoServer): Promise<string> {
  const known = found.get(server) ?? find(server)
  found.set(server, known)
  return known
}

/** Why the server cannot be started here; undefined where it can. For `skipIf`, with the skip declared. */
export async function goServerUnavailable(server: GoServer): Promise<string | undefined> {
  return goBinary(server).then(
    () => undefined,
    (error: unknown) => String(error),
  )
}

async function find(server: GoServer): Promise<string> {
  const given = process.env[server.variable]
  if (given) return given
  const installed = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, server.name))
  return installed.find((path) => existsSync(path)) ?? build(server)
}

async function build({ name, module, version }: GoServer): Promise<string> {
  const folder = join(cacheFolder(undefined), `${name}-${version.replace(/^v/, '')}`)
  const binary = join(folder, name)
  if (existsSync(binary)) return binary
  const unfinished = `${folder}.${randomUUID()}`
  await mkdir(unfinished, { recursive: true })
  try {
    const env = { ...process.env, GOBIN: unfinished, GOFLAGS: '' }
    await run('go', ['install', `${module}@${version}`], { cwd: unfinished, env })
    await rename(unfinished, folder)
  } catch (error) {
    if (!existsSync(binary)) {
      throw new Error(`no ${name} on the PATH, and Go could not build one: ${String(error).split('\n')[0]}`)
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return binary
}
