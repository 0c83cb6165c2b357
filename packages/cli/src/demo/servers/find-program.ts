import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Variables of the environment. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Where servers lie that only root has on the PATH. */
const SERVER_FOLDERS: readonly string[] =
  process.platform === 'win32' ? [] : ['/usr/sbin', '/usr/local/sbin', '/usr/libexec']

/** The first program of these names, folder by folder of the PATH, then where servers lie; undefined where there is none. */
export function findProgram(
  names: readonly string[],
  variables: Variables,
  serverFolders: readonly string[] = SERVER_FOLDERS,
): string | undefined {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const folders = [...(variables.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...serverFolders]
  return folders
    .flatMap((folder) => names.map((name) => join(folder, `${name}${suffix}`)))
    .find((path) => existsSync(path))
}
