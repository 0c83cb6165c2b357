import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
// The namespace, not names: an older Node lacks some, and must get as far as saying so.
import zlib from 'node:zlib'
import { DamagedError } from '../errors/damaged-error.ts'
import type { Randomness } from '../ports/system.ts'
import { freeBacking, freeBuffer } from '../values/free-buffer.ts'
import { spillError } from './spill-error.ts'
import { writeAllAt } from './write-all-at.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface SpillFileOptions {
  /** Where the private folder is made. */
  readonly folder: string
  /** Gives the key. */
  readonly randomness: Randomness
  /** zstd level 1 before encryption. */
  readonly compress: boolean
}

/** Where a block lies in a spill file. */
export interface SpilledBlock {
  readonly offset: number
  readonly length: number
  /** Bytes of the block itself. */
  readonly plainBytes: number
  /** Counts the file's blocks; the block's nonce, used once with the file's key. */
  readonly number: number
}

/**
 * A temporary file of encrypted blocks (AES-256-GCM, the key random and only in memory). It lies in a folder of its
 * own that only this user may enter; both names are removed as soon as the file is open, so that nothing is left behind
 * however the process ends. Its space is freed by `close`.
 */
export class SpillFile {
  readonly #handle: FileHandle
  readonly #place: string
  readonly #path: string
  readonly #key: Buffer
  readonly #compress: boolean
  #length = 0
  #blocks = 0

  private constructor(handle: FileHandle, path: string, options: SpillFileOptions) {
    this.#handle = handle
    this.#place = options.folder
    this.#path = path
    this.#key = options.randomness.bytes(32)
    this.#compress = options.compress
  }

  /** Fails with `StoreFailedError` or `StoreFullError` where the folder cannot be written, as all methods do. */
  static async create(options: SpillFileOptions): Promise<SpillFile> {
    try {
      const path = await mkdtemp(join(options.folder, 'dbsnap-sort-'))
      const handle = await open(join(path, 'runs'), 'wx+', 0o600)
      // A system that cannot remove open files keeps the name; `close` removes it then.
      await rm(path, { recursive: true, force: true }).catch(() => {})
      return new SpillFile(handle, path, options)
    } catch (error) {
      throw spillError(error, options.folder)
    }
  }

  /** Appends blocks, each encrypted for itself. One call at a time. The blocks may be reused when it resolves. */
  async append(blocks: readonly Buffer[]): Promise<SpilledBlock[]> {
    const parts: Buffer[] = []
    const places: SpilledBlock[] = []
    let offset = this.#length
    for (const block of blocks) {
      const number = this.#blocks++
      const cipher = createCipheriv(CIPHER, this.#key, nonceOf(number))
      const packed = this.#compress ? zlib.zstdCompressSync(block, compressionOf(block.length)) : block
      const body = cipher.update(packed)
      cipher.final()
      if (this.#compress) freeBacking(packed)
      const length = body.length + TAG_BYTES
      parts.push(body, cipher.getAuthTag())
      places.push({ offset, length, plainBytes: block.length, number })
      offset += length
    }
    try {
      await writeAllAt(this.#handle, parts, this.#length)
    } catch (error) {
      throw spillError(error, this.#place)
    }
    for (const part of parts) freeBuffer(part)
    this.#length = offset
    return places
  }

  /** A block's bytes; they and the memory behind them are the caller's own. Fails with `DamagedError` where they are not those that were appended. */
  async read(place: SpilledBlock): Promise<Buffer> {
    const stored = Buffer.allocUnsafeSlow(place.length)
    let filled = 0
    while (filled < stored.length) {
      const { bytesRead } = await this.#handle.read(stored, filled, stored.length - filled, place.offset + filled)
      if (bytesRead === 0) throw damaged()
      filled += bytesRead
    }
    const decipher = createDecipheriv(CIPHER, this.#key, nonceOf(place.number))
    decipher.setAuthTag(stored.subarray(stored.length - TAG_BYTES))
    const body = decipher.update(stored.subarray(0, stored.length - TAG_BYTES))
    try {
      decipher.final()
    } catch {
      throw damaged()
    }
    freeBuffer(stored)
    if (!this.#compress) return body
    // 1 100 MB/s on this thread, 200 through libuv's pool.
    const block = zlib.zstdDecompressSync(body, { chunkSize: Math.max(place.plainBytes + 1, MIN_CHUNK) })
    freeBuffer(body)
    return block
  }

  async close(): Promise<void> {
    await this.#handle.close()
    await rm(this.#path, { recursive: true, force: true })
  }
}

/** zlib's own smallest output buffer. */
const MIN_CHUNK = 64

function compressionOf(bytes: number) {
  return {
    pledgedSrcSize: bytes,
    chunkSize: Math.max(bytes >> 1, MIN_CHUNK),
    params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 },
  }
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUIntBE(number, NONCE_BYTES - 6, 6)
  return nonce
}

function damaged(): DamagedError {
  return new DamagedError('a temporary file for sorting was changed or cut by somebody else', {
    hint: 'Run it again, with a temporary folder that only you can write.',
  })
}
