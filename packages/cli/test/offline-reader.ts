import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SCRIPT = join(import.meta.dirname, '../../../scripts/read-repository.mjs')
export const PASSPHRASE = 'open sesame'

/** What `scripts/read-repository.mjs` printed, and how it ended. */
export interface Reading {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the script alone, with nothing of ours in its environment but `secrets`. */
export function readOffline(args: readonly string[], secrets: NodeJS.ProcessEnv): Promise<Reading> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { env: secrets }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}

/** The files of a snapshot as the script writes them, by collection. */
export interface OfflineSnapshot {
  lines(collection: string): readonly string[]
  raw(collection: string): Buffer
  readonly schema: unknown
  readonly manifest: { readonly collections: readonly { readonly layout: { readonly name: string } }[] }
}

/** Reads one snapshot of a repository folder with the script, both ways. */
export async function offlineSnapshot(repository: string, id: string): Promise<OfflineSnapshot> {
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-offline-'))
  try {
    const secrets = { DBSNAP_PASSPHRASE: PASSPHRASE }
    const files: Record<string, Buffer> = {}
    for (const [name, options] of Object.entries({ text: [], raw: ['--raw'] })) {
      const folder = join(place, name)
      const reading = await readOffline([repository, folder, id, ...options], secrets)
      if (reading.code !== 0 || reading.err !== '') throw new Error(`exit ${reading.code}: ${reading.err}`)
      for (const line of reading.out.trimEnd().split('\n')) {
        const [, file, collection] = /^(\S+) {2}\d+ records of (.*)$/.exec(line) ?? []
        if (file !== undefined) files[`${name} ${collection}`] = await readFile(join(folder, file))
      }
    }
    const json = async (name: string) => JSON.parse(await readFile(join(place, 'text', name), 'utf8'))
    const of = (name: string): Buffer => {
      const bytes = files[name]
      if (bytes === undefined) throw new Error(`no file of ${name}`)
      return bytes
    }
    return {
      lines: (collection) => of(`text ${collection}`).toString('utf8').split('\n').slice(0, -1),
      raw: (collection) => of(`raw ${collection}`),
      schema: await json('schema.json'),
      manifest: await json('manifest.json'),
    }
  } finally {
    await rm(place, { recursive: true })
  }
}
