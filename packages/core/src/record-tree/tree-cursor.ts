import { DamagedError } from '../errors/damaged-error.ts'
import type { ObjectReader } from '../ports/object-access.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import type { DiffSide } from './diff-side.ts'
import { decodeNode, type TreeNode } from './node-codec.ts'
import type { TreeRoot } from './tree-root.ts'

/** The level at which a cursor stands on chunks; nodes have levels from 0. */
export const CHUNK_LEVEL = -1

/** Nodes read ahead at a time. Enough to hide a store's latency; at 2 to 5 KB each they cost nothing. */
const READ_AHEAD = 4

interface Frame {
  readonly node: TreeNode
  index: number
}

/**
 * A place in a tree: first the root as a whole, then after `descend` the first entry below, and so on down to chunks.
 * Reads a node when it is entered and holds one node a level, whatever the size of the tree. Every node must be what
 * its parent says (level, keys, counts), else `DamagedError`.
 */
export class TreeCursor implements DiffSide {
  readonly #objects: ObjectReader
  readonly #root: TreeRoot | null
  /** From the top. The first holds the root as its only entry, so that it is skipped and entered as any other. */
  #frames: Frame[] = []
  readonly #ahead = new Map<ObjectId, Promise<TreeNode>>()

  /** Chunks of a stored tree are read by their id. */

  /** `root` is null for a collection without records. Nothing is read before `open` or `seek`. */
  constructor(objects: ObjectReader, root: TreeRoot | null) {
    this.#objects = objects
    this.#root = root
  }

  /** Reads the root node and stands on the root; where the cursor is open already, does nothing. */
  async open(): Promise<void> {
    if (this.#frames.length > 0) return
    const root = this.#root
    if (root === null) {
      this.#frames = [{ node: { level: 0, entries: [] }, index: 0 }]
      return
    }
    const node = await this.#readNode(root.id)
    const first = node.entries[0] as ChunkEntry
    const last = node.entries.at(-1) as ChunkEntry
    const { id, records, bytes, height } = root
    const entry = { id, firstKey: first.firstKey, lastKey: last.lastKey, records, bytes, segmented: false }
    this.#verify(node, entry, height)
    this.#ahead.set(id, Promise.resolve(node))
    this.#frames = [{ node: { level: height + 1, entries: [entry] }, index: 0 }]
  }

  /** The entry that the cursor stands on; undefined at the end (and before `open`). */
  get entry(): ChunkEntry | undefined {
    const top = this.#frames.at(-1)
    return top?.node.entries[top.index]
  }

  /** What `entry` is: a node of this level, or a chunk (`CHUNK_LEVEL`). */
  get level(): number {
    const top = this.#frames.at(-1)
    return top === undefined ? CHUNK_LEVEL : top.node.level - 1
  }

  /** Level of the root; `CHUNK_LEVEL` where there is none. */
  get height(): number {
    return this.#root === null ? CHUNK_LEVEL : this.#root.height
  }

  /** The tree's last key; undefined where there is none, and before `open`. */
  get lastKey(): Buffer | undefined {
    return this.#frames[0]?.node.entries[0]?.lastKey
  }

  /** Whether an entry of this id stands in a node that is open now: in the same one as `entry`, or in one above. */
  takePlaintext(): undefined {}

  isOpen(id: ObjectId): boolean {
    return this.#frames.some((frame) => idsOf(frame.node).has(id))
  }

  /** Moves past `entry` and all below it, to the next entry of the same node or, after its last one, of a node above. Not at the end. */
  skip(): void {
    this.#ahead.delete((this.entry as ChunkEntry).id)
    let top = this.#frames.at(-1) as Frame
    top.index += 1
    while (top.index >= top.node.entries.length && this.#frames.length > 1) {
      this.#frames.pop()
      top = this.#frames.at(-1) as Frame
      top.index += 1
    }
  }

  /**
   * Begins to read the next few nodes, of those that follow `entry` in the same node, that will probably be entered.
   * To be called before `descend`, so that they are read beside it.
   */
  prefetch(isLikely: (entry: ChunkEntry) => boolean): void {
    const { node, index } = this.#frames.at(-1) as Frame
    for (let i = index + 1; i < node.entries.length && this.#ahead.size < READ_AHEAD; i++) {
      const entry = node.entries[i] as ChunkEntry
      if (this.#ahead.has(entry.id) || !isLikely(entry)) continue
      const early = this.#readNode(entry.id)
      // A failure is reported when the node is entered; until then it must not count as unhandled.
      early.catch(() => {})
      this.#ahead.set(entry.id, early)
    }
  }

  /** Enters the node that the cursor stands on: to its first entry. Not for chunks. */
  async descend(): Promise<void> {
    const entry = this.entry as ChunkEntry
    this.#frames.push({ node: await this.#enter(entry, this.level), index: 0 })
  }

  /**
   * Goes, forwards or backwards, to the first entry of `level` (default: chunks) whose last key is not below `key`; to
   * the end where there is none. Reads only nodes above that level that are not open already.
   */
  async seek(key: Buffer, level: number = CHUNK_LEVEL): Promise<void> {
    await this.open()
    for (let depth = 0; ; depth++) {
      const frame = this.#frames[depth] as Frame
      const index = firstNotBelow(frame.node.entries, key)
      const isLowest = frame.node.level - 1 === level
      if (index !== frame.index) this.#ahead.clear()
      if (index !== frame.index || isLowest) this.#frames.length = depth + 1
      frame.index = index
      if (isLowest || this.entry === undefined) return
      if (this.#frames.length === depth + 1) await this.descend()
    }
  }

  /** All chunks in key order, from the one that holds `from` (or, where none does, the next one). Reads ahead. */
  async *chunks(from?: Buffer): AsyncGenerator<ChunkEntry, void, undefined> {
    if (from === undefined) await this.open()
    else await this.seek(from)
    for (let entry = this.entry; entry !== undefined; entry = this.entry) {
      if (this.level > CHUNK_LEVEL) {
        this.prefetch(() => true)
        await this.descend()
      } else {
        yield entry
        this.skip()
      }
    }
  }

  /** Lets go of the nodes held. */
  async close(): Promise<void> {
    this.#ahead.clear()
    this.#frames = []
  }

  async #enter(entry: ChunkEntry, level: number): Promise<TreeNode> {
    const early = this.#ahead.get(entry.id)
    this.#ahead.delete(entry.id)
    const node = await (early ?? this.#readNode(entry.id))
    this.#verify(node, entry, level)
    return node
  }

  async #readNode(id: ObjectId): Promise<TreeNode> {
    return decodeNode(await this.#objects.read('node', id), id)
  }

  #verify(node: TreeNode, entry: ChunkEntry, level: number): void {
    let records = 0
    let bytes = 0
    for (const child of node.entries) {
      records += child.records
      bytes += child.bytes
    }
    const first = node.entries[0] as ChunkEntry
    const last = node.entries.at(-1) as ChunkEntry
    const fits =
      node.level === level &&
      records === entry.records &&
      bytes === entry.bytes &&
      first.firstKey.equals(entry.firstKey) &&
      last.lastKey.equals(entry.lastKey)
    if (fits) return
    throw new DamagedError(`tree node ${entry.id} is not what the node above it says`, {
      hint: 'Run `dbsnap check` to see which snapshots are affected.',
      data: { object: entry.id },
    })
  }
}

const idSets = new WeakMap<TreeNode, Set<ObjectId>>()

function idsOf(node: TreeNode): Set<ObjectId> {
  let ids = idSets.get(node)
  if (ids === undefined) {
    ids = new Set(node.entries.map((entry) => entry.id))
    idSets.set(node, ids)
  }
  return ids
}

function firstNotBelow(entries: readonly ChunkEntry[], key: Buffer): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle] as ChunkEntry).lastKey.compare(key) < 0) low = middle + 1
    else high = middle
  }
  return low
}
