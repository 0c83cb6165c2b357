import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything there is to know about the files of a folder: nothing may change by a command that fails. */
export async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  const files = await Promise.all(names.map(async (name) => ({ name, at: await stat(join(folder, name)) })))
  return files
    .filter(({ at: file }) => file.isFile())
    .map(({ name, at: file }) => `${name} ${file.size}`)
    .sort()
}
