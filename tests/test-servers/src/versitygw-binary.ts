import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './reachable-folder.ts'

const run = promisify(execFile)

/** An S3 server in front of a folder, checked against what Amazon documents: conditional puts, ranges, signatures. */
export const VERSITYGW = { module: 'github.com/versity/versitygw/cmd/versitygw', version: '1.8.0' } as const

let found: Promise<string> | undefined

/**
 * Where a `versitygw` lies: `DBSNAP_TEST_VERSITYGW`, the PATH, else built by Go once into the cache folder (a minute or
 * two). Fails with the reason where there is none.
 */
export function versitygwBinary(): Promise<string> {
  found ??= find()
  return found
}

/** Why no S3 server can be started here; undefined where one can. For `skipIf`, with the skip declared. */
export async function s3Unavailable(): Promise<string | undefined> {
  return versitygwBinary().then(
    () => undefined,
    (error: unknown) => String(error),
  )
}

async function find(): Promise<string> {
  const given = process.env.DBSNAP_TEST_VERSITYGW
  if (given) return given
  const installed = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'versitygw'))
  return installed.find((path) => existsSync(path)) ?? build()
}

async function build(): Promise<string> {
  const folder = join(cacheFolder(undefined), `versitygw-${VERSITYGW.version}`)
  const binary = join(folder, 'versitygw')
  if (existsSync(binary)) return binary
  const unfinished = `${folder}.${randomUUID()}`
  await mkdir(unfinished, { recursive: true })
  try {
    const env = { ...process.env, GOBIN: unfinished, GOFLAGS: '' }
    await run('go', ['install', `${VERSITYGW.module}@v${VERSITYGW.version}`], { cwd: unfinished, env })
    await rename(unfinished, folder)
  } catch (error) {
    if (!existsSync(binary)) {
      throw new Error(`no versitygw on the PATH, and Go could not build one: ${String(error).split('\n')[0]}`)
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return binary
}
