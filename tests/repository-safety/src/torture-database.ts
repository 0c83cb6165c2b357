import { createHash } from 'node:crypto'
import { MemoryDatabase, SeededRandom } from '@dbsnap/adapter-test-kit'
import type { Repository } from '@dbsnap/core'

/** The one table. */
const TABLE = 'orders'
const ROWS = 600
/** Databases that all writers know: what one stored is found by the others, wherever it lies. */
const EDITIONS = 4
/** Rows that differ between two editions, one in so many. */
const EDITION_STEP = 7
/** Small, so that a take of bounded speed does not read all at once. */
const BUFFER_BYTES = 4096
/** Tag under which a snapshot says what must be read from it. */
export const DIGEST_TAG = 'digest'

/** A small database that changes by chance, often back into what it, or that of another process, was before. */
export class TortureDatabase {
  readonly source: MemoryDatabase
  readonly #random: SeededRandom
  readonly #rows: string[] = []

  constructor(name: string, seed: number) {
    this.source = new MemoryDatabase({ name, bufferBytes: BUFFER_BYTES })
    this.source.createTable(TABLE, { columns: { id: 'integer', note: 'text' }, key: ['id'] })
    this.#random = new SeededRandom(seed)
    for (let id = 0; id < ROWS; id++) {
      this.#rows.push(editionRow(0, id))
      this.source.insert(TABLE, [id, this.#rows[id] as string])
    }
  }

  /** Into another edition, or a few rows. */
  change(): void {
    if (this.#random.below(3) === 0) {
      const edition = this.#random.below(EDITIONS)
      for (let id = 0; id < ROWS; id++) this.#set(id, editionRow(edition, id))
    }
    for (let rows = this.#random.below(6); rows > 0; rows--) {
      this.#set(this.#random.below(ROWS), this.#random.bytes(90).toString('base64'))
    }
  }

  get digest(): string {
    const hash = createHash('sha256')
    for (const [id, note] of this.#rows.entries()) hash.update(`${id} ${note}\n`)
    return hash.digest('hex')
  }

  #set(id: number, note: string): void {
    if (this.#rows[id] === note) return
    this.#rows[id] = note
    this.source.update(TABLE, [id, note])
  }
}

/** The digest of what a snapshot of such a database reads as. */
export async function digestOfSnapshot(repository: Repository, id: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const { id: row, note } of repository.records(id, TABLE)) hash.update(`${row} ${note}\n`)
  return hash.digest('hex')
}

function editionRow(edition: number, id: number): string {
  const own = id % EDITION_STEP === edition ? edition : 0
  return new SeededRandom(own * ROWS + id).bytes(90).toString('base64')
}
