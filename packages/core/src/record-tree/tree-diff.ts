import { InterruptedError } from '../errors/interrupted-error.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import type { DiffSide } from './diff-side.ts'
import { CHUNK_LEVEL } from './tree-cursor.ts'

/** A chunk of one side whose records have to be compared with those of the other side that lie in its range of keys. */
export interface ChunkStep {
  readonly side: 'left' | 'right'
  readonly entry: ChunkEntry
  /** The records' bytes, where the side has them at hand (a live one); the receiver's own. */
  readonly plaintext: Buffer | undefined
}

/** A node or a chunk that both sides hold: its records are equal, and neither side has others in its range of keys. */
export interface EqualStep {
  readonly side: 'both'
  /** Level of the node, or `CHUNK_LEVEL`. */
  readonly level: number
  readonly entry: ChunkEntry
}

export type DiffStep = ChunkStep | EqualStep

export interface TreeDiffOptions {
  /**
   * Whether equal ids mean equal records: only where both sides have the same columns, types and key. Default true;
   * with false every chunk of both sides is yielded.
   */
  readonly skipEqual?: boolean
  readonly signal?: AbortSignal
}

/**
 * Walks two sides together and yields, in the order of their first keys (left before right), the chunks of each that
 * the other does not hold, and between them what both hold, at the highest level where it shows. Chunks of one side
 * may overlap chunks of the other. Reads no node that both sides hold, and holds one node a level and side.
 * Opens both sides, and closes them at its end or when the loop is left.
 */
export async function* diffTrees(
  left: DiffSide,
  right: DiffSide,
  options: TreeDiffOptions = {},
): AsyncGenerator<DiffStep, void, undefined> {
  const { skipEqual = true, signal } = options
  const enter = (side: DiffSide) => {
    const other = side === left ? right : left
    side.prefetch((entry) => !skipEqual || !other.isOpen(entry.id))
    return side.descend()
  }
  try {
    await Promise.all([left.open(), right.open()])
    for (;;) {
      if (signal?.aborted) throw interrupted(signal)
      const [a, b] = [left.entry, right.entry]
      if (a === undefined && b === undefined) return
      const order = compareStarts(a, b)
      if (order === 0) {
        if (skipEqual && left.level === right.level && a?.id === b?.id) {
          yield { side: 'both', level: left.level, entry: a as ChunkEntry }
          await Promise.all([left.skip(), right.skip()])
          continue
        }
        const level = Math.max(left.level, right.level)
        if (level > CHUNK_LEVEL) {
          await Promise.all([left, right].filter((side) => side.level === level).map(enter))
          continue
        }
      }
      // What begins before all that is left of the other side can be equal to nothing there.
      const side = order > 0 ? 'right' : 'left'
      const first = order > 0 ? right : left
      if (first.level > CHUNK_LEVEL) {
        await enter(first)
      } else {
        yield { side, entry: first.entry as ChunkEntry, plaintext: first.takePlaintext() }
        await first.skip()
      }
    }
  } finally {
    await Promise.allSettled([left.close(), right.close()])
  }
}

/** Below 0: the left side begins first, or the right one is at its end. */
function compareStarts(a: ChunkEntry | undefined, b: ChunkEntry | undefined): number {
  if (a === undefined) return 1
  if (b === undefined) return -1
  return a.firstKey.compare(b.firstKey)
}

function interrupted(signal: AbortSignal): InterruptedError {
  return new InterruptedError('the diff was cancelled', {
    hint: 'Run it again; nothing was changed.',
    cause: signal.reason,
  })
}
