import { hash32 } from '../chunking/key-hash.ts'
import { SourceOrderError } from '../errors/source-order-error.ts'
import type { ObjectWriter } from '../ports/object-access.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import { encodeNode } from './node-codec.ts'
import type { PreviousTree } from './previous-tree.ts'
import type { TreeRoot } from './tree-root.ts'

/**
 * A node ends after an entry with a chance of 1 in 64. Measured at 7 780 chunks of integer keys: 126 nodes of 1.9 KB,
 * 30 bytes a chunk; ten scattered changes store 11 to 13 nodes in 0.8 KB of deltas and are found by reading 22 to 26.
 * With 1 in 128 the numbers are the same, but each node read is twice as large.
 */
const FANOUT_MASK = 63

/**
 * Where no hash ends it, a node ends after this many entries. By chance alone that happens once in e^64 nodes; it
 * bounds a node's memory should somebody know the seed and choose keys that never end one.
 */
const MAX_ENTRIES = 4096

/** Likewise, bytes of keys in a node: keys may be large (MongoDB allows an `_id` of megabytes). At least two entries. */
const MAX_KEY_BYTES = 8 * 1024 * 1024

export interface TreeBuilderOptions {
  /** Unsigned 32 bits; the collection's own, inherited from its previous snapshot so that nodes end at the same keys. */
  readonly seed: number
  /** The tree of the previous snapshot: its nodes are the bases of the new ones. The builder moves it and nobody else should. */
  readonly previous?: PreviousTree
}

interface OpenNode {
  entries: ChunkEntry[]
  keyBytes: number
  /** Whether its last entry ends it; it is closed when the next entry comes, for the last node of all may be the root. */
  ended: boolean
  /** Whether the level has had a node before this one. */
  hasElder: boolean
}

/**
 * Builds a collection's tree from its chunks in key order. Where nodes end depends on the chunks' last keys alone, so
 * equal chunks give an equal root whatever came before, and a change touches only the nodes above it. Holds one
 * unfinished node a level.
 */
export class TreeBuilder {
  readonly #writer: ObjectWriter
  readonly #seed: number
  readonly #previous: PreviousTree | undefined
  readonly #levels: OpenNode[] = []

  constructor(writer: ObjectWriter, options: TreeBuilderOptions) {
    this.#writer = writer
    this.#seed = options.seed
    this.#previous = options.previous
  }

  /** Takes the next chunk. Its first key must be above the last key before it, else `SourceOrderError`. */
  async add(entry: ChunkEntry): Promise<void> {
    const before = this.#levels[0]?.entries.at(-1)
    if (before !== undefined && before.lastKey.compare(entry.firstKey) >= 0) {
      throw new SourceOrderError('records came out of key order', {
        hint: 'The collection was read in another order than that of its keys. Please report this as a bug of the adapter.',
      })
    }
    await this.#push(0, entry)
  }

  /** Stores what is left and returns the root, or null where no chunk was added. The builder is not used afterwards. */
  async finish(): Promise<TreeRoot | null> {
    for (let level = 0; level < this.#levels.length; level++) {
      const { hasElder } = this.#levels[level] as OpenNode
      const node = await this.#close(level)
      if (!hasElder) return { id: node.id, height: level, records: node.records, bytes: node.bytes }
      await this.#push(level + 1, node)
    }
    return null
  }

  async #push(level: number, entry: ChunkEntry): Promise<void> {
    let node = this.#levels[level]
    if (node === undefined || node.ended) {
      if (node !== undefined) await this.#push(level + 1, await this.#close(level))
      node = { entries: [], keyBytes: 0, ended: false, hasElder: node !== undefined }
      this.#levels[level] = node
    }
    node.entries.push(entry)
    node.keyBytes += entry.firstKey.length + entry.lastKey.length
    node.ended = this.#ends(level, entry) || isTooLarge(node)
  }

  #ends(level: number, { lastKey }: ChunkEntry): boolean {
    return (hash32(levelSeed(this.#seed, level), lastKey, 0, lastKey.length) & FANOUT_MASK) === 0
  }

  async #close(level: number): Promise<ChunkEntry> {
    const { entries } = this.#levels[level] as OpenNode
    const bytes = encodeNode({ level, entries })
    const id = this.#writer.identify(bytes)
    const { firstKey } = entries[0] as ChunkEntry
    const { lastKey } = entries.at(-1) as ChunkEntry
    const previous = await this.#previous?.nodeAt(lastKey, level)
    if (previous?.id === id) await this.#writer.keep('node', id, bytes)
    else await this.#writer.store('node', id, bytes, previous?.id)
    let records = 0
    let size = 0
    for (const entry of entries) {
      records += entry.records
      size += entry.bytes
    }
    return { id, firstKey, lastKey, records, bytes: size, segmented: false }
  }
}

/** Other bits for every level and for the chunks, else every entry of a level would end its node. */
function levelSeed(seed: number, level: number): number {
  return seed ^ Math.imul(level + 1, 0x9e3779b1)
}

function isTooLarge({ entries, keyBytes }: OpenNode): boolean {
  return entries.length >= MAX_ENTRIES || (entries.length > 1 && keyBytes > MAX_KEY_BYTES)
}
