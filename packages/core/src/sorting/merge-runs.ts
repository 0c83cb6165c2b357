import type { SortItem } from './sort-item.ts'
import { RunReader, type SortedRun } from './sorted-run.ts'
import type { SpillFile } from './spill-file.ts'

/**
 * Merges runs into one stream in key order; equal keys come in the order of the runs. Holds one block a run, and gives
 * each that it has left to `retire`: what was yielded are views of them.
 */
export async function* mergeRuns(
  file: SpillFile,
  runs: readonly SortedRun[],
  retire: (block: Buffer) => void,
): AsyncGenerator<SortItem, void, undefined> {
  const heap: RunReader[] = []
  const rank = new Map<RunReader, number>()
  for (const [i, run] of runs.entries()) {
    const reader = new RunReader(file, run, retire)
    await reader.advance()
    rank.set(reader, i)
    heap.push(reader)
  }
  const before = (a: RunReader, b: RunReader): boolean => {
    const order = Buffer.compare((a.item as SortItem).key, (b.item as SortItem).key)
    return order < 0 || (order === 0 && (rank.get(a) as number) < (rank.get(b) as number))
  }
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) siftDown(heap, i, before)
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    yield top.item as SortItem
    if (top.isBuffered) top.step()
    else await top.advance()
    if (top.item === undefined) {
      const last = heap.pop() as RunReader
      if (last !== top) heap[0] = last
    }
    siftDown(heap, 0, before)
  }
}

/** Restores the heap's order below `start`, whose element may be too large. */
function siftDown(heap: RunReader[], start: number, before: (a: RunReader, b: RunReader) => boolean): void {
  let at = start
  for (;;) {
    let least = at
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && before(heap[child] as RunReader, heap[least] as RunReader)) least = child
    }
    if (least === at) return
    const moved = heap[at] as RunReader
    heap[at] = heap[least] as RunReader
    heap[least] = moved
    at = least
  }
}
