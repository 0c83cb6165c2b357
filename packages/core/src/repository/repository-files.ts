/** Names of a repository's files in its store. `docs/format/repository-format.md`, "Files". */

export const CONFIG_FILE = 'config'
export const KEYS_PREFIX = 'keys/'
export const KEY_REMOVALS_PREFIX = 'key-removals/'
export const PACKS_PREFIX = 'packs/'
export const INDEX_PREFIX = 'index/'
export const SNAPSHOTS_PREFIX = 'snapshots/'
export const DIFFS_PREFIX = 'diffs/'
export const WRITERS_PREFIX = 'writers/'
export const CONDEMNED_PREFIX = 'condemned/'
export const DAMAGED_PREFIX = 'damaged/'
export const PINS_PREFIX = 'pins/'

/** Where roots lie: files that keep alive the objects they name. */
export const ROOT_PREFIXES = [SNAPSHOTS_PREFIX, DIFFS_PREFIX] as const

/** Bytes of the random ids that files have. */
export const FILE_ID_BYTES = 16

const FILE_ID = /^[0-9a-f]{32}$/

/** Packs lie in 256 folders, so that no folder gets too long. */
export function packFile(id: string): string {
  return `${PACKS_PREFIX}${id.slice(0, 2)}/${id}`
}

export function indexFile(id: string): string {
  return INDEX_PREFIX + id
}

export function snapshotFile(id: string): string {
  return SNAPSHOTS_PREFIX + id
}

/** The id in a file's name, or undefined for a file that is none of ours. */
export function fileId(key: string): string | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return FILE_ID.test(name) ? name : undefined
}
