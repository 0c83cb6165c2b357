import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { LocalCopies } from '../ports/local-copies.ts'
import type { ByteRange } from '../ports/object-store.ts'
import type { Clock, Randomness } from '../ports/system.ts'
import { systemCode } from './folder-file-system.ts'
import { isLeftOver, temporaryName } from './temporary-name.ts'

/** Where the copies lie in the folder that was chosen: nothing else in it is ever looked at, let alone removed. */
const OWN_FOLDER = 'dbsnap-copies'

const DEFAULT_MAX_BYTES = 1024 ** 3

/** What a small file takes on most disks. */
const DISK_BLOCK = 4096

/** Milliseconds after which a use is noted: the oldest go first, to the hour. */
const USE_NOTED_AFTER = 60 * 60 * 1000

/** Files looked at together. */
const LOOKS_AT_ONCE = 64

export interface CacheFolderOptions {
  /** Bytes kept, about. Default 1 GiB. */
  readonly maxBytes?: number
  readonly clock: Clock
  readonly randomness: Randomness
}

interface KeptFile {
  readonly path: string
  readonly bytes: number
  readonly used: number
}

/**
 * Copies in a folder that belongs to its user alone, for several processes at once; it may be removed at any time. Files appear by a
 * rename and never change. Whoever adds one tidies up with a chance that grows with its size, on average once in a sixteenth of
 * `maxBytes`: that needs no knowledge of the other processes. Those used longest ago go first.
 */
export class CacheFolder implements LocalCopies {
  readonly #root: string
  readonly #maxBytes: number
  readonly #clock: Clock
  readonly #randomness: Randomness

  constructor(path: string, { maxBytes = DEFAULT_MAX_BYTES, clock, randomness }: CacheFolderOptions) {
    this.#root = join(resolve(path), OWN_FOLDER)
    this.#maxBytes = maxBytes
    this.#clock = clock
    this.#randomness = randomness
  }

  async read(name: string, range?: ByteRange): Promise<Buffer | undefined> {
    try {
      await using file = await open(join(this.#root, name), 'r')
      const { size, mtimeMs } = await file.stat()
      const { offset, length } = range ?? { offset: 0, length: size }
      const bytes = Buffer.allocUnsafeSlow(length)
      const { bytesRead } = await file.read(bytes, 0, length, offset)
      if (bytesRead < length) return undefined
      const now = this.#clock.now()
      if (now.getTime() - mtimeMs > USE_NOTED_AFTER) await file.utimes(now, now)
      return bytes
    } catch {
      return undefined // Not there, or not readable: the store has it.
    }
  }

  async keep(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#root, name)
    try {
      await write(path, bytes).catch(async (error: unknown) => {
        if (systemCode(error) !== 'ENOENT') throw error
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await write(path, bytes)
      })
      const chance = (16 * (bytes.length + DISK_BLOCK)) / this.#maxBytes
      if (this.#randomness.bytes(4).readUInt32BE() / 2 ** 32 < chance) await this.#tidy()
    } catch {
      // A full disk, a folder of somebody else: the store has it all.
    }
  }

  async drop(name: string): Promise<void> {
    await discard(join(this.#root, name))
  }

  /** Removes what was used longest ago until an eighth of the room is free, and what processes that died were writing. */
  async #tidy(): Promise<void> {
    const files = await this.#list()
    files.sort((a, b) => a.used - b.used)
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    if (bytes <= this.#maxBytes) return
    for (const file of files) {
      if (bytes <= (this.#maxBytes / 8) * 7) return
      await discard(file.path)
      bytes -= file.bytes
    }
  }

  async #list(): Promise<KeptFile[]> {
    const names = await readdir(this.#root, { recursive: true })
    const kept: KeptFile[] = []
    for (let i = 0; i < names.length; i += LOOKS_AT_ONCE) {
      const looks = names.slice(i, i + LOOKS_AT_ONCE).map((name) => this.#look(join(this.#root, name)))
      kept.push(...(await Promise.all(looks)).filter((file) => file !== undefined))
    }
    return kept
  }

  /** Undefined for folders, for what is gone meanwhile, and for what is being written, unless its writer is gone. */
  async #look(path: string): Promise<KeptFile | undefined> {
    const facts = await stat(path).catch(() => undefined)
    if (facts?.isFile() !== true) return undefined
    const name = basename(path)
    if (isLeftOver(name, this.#clock.now().getTime() - facts.mtimeMs)) await discard(path)
    if (name.startsWith('~')) return undefined
    return { path, bytes: Math.ceil(facts.size / DISK_BLOCK) * DISK_BLOCK, used: facts.mtimeMs }
  }
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), temporaryName())
  const file = await open(temporary, 'wx', 0o600)
  try {
    try {
      await file.writeFile(bytes)
    } finally {
      await file.close()
    }
    // Not made durable: what a crash leaves of it is not authentic.
    await rename(temporary, path)
  } catch (error) {
    await discard(temporary)
    throw error
  }
}

/** Removes a file. Best effort: what stays is removed when it is the oldest. */
async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => {})
}
