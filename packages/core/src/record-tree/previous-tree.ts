import { isDbSnapError } from '../errors/dbsnap-error.ts'
import type { ObjectReader } from '../ports/object-access.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import { TreeCursor } from './tree-cursor.ts'
import type { TreeRoot } from './tree-root.ts'

/**
 * The tree of the previous snapshot beside one that is being built: what stands at the same place is a likely base, or
 * the same. Where it cannot be read it ends, for nothing needs a base: the next take stores what was lost again.
 */
export class PreviousTree {
  #cursor: TreeCursor | undefined

  constructor(objects: ObjectReader, root: TreeRoot) {
    this.#cursor = new TreeCursor(objects, root)
  }

  /** The chunk that holds `key`, or the next one; undefined beyond the end. */
  chunkAt(key: Buffer): Promise<ChunkEntry | undefined> {
    return this.#find(async (cursor) => {
      await cursor.seek(key)
      return cursor.entry
    })
  }

  /** The node of `level` that holds `key`, or the next one; beyond the end the last one: rows are mostly added at the end. */
  nodeAt(key: Buffer, level: number): Promise<ChunkEntry | undefined> {
    return this.#find(async (cursor) => {
      if (cursor.height < level) return undefined
      await cursor.open()
      const last = cursor.lastKey as Buffer
      await cursor.seek(key.compare(last) > 0 ? last : key, level)
      return cursor.entry
    })
  }

  async #find(search: (cursor: TreeCursor) => Promise<ChunkEntry | undefined>): Promise<ChunkEntry | undefined> {
    if (this.#cursor === undefined) return undefined
    try {
      return await search(this.#cursor)
    } catch (error) {
      if (!isDbSnapError(error) || (error.code !== 'DAMAGED' && error.code !== 'OBJECT_MISSING')) throw error
      this.#cursor = undefined
      return undefined
    }
  }
}
