import { freeBuffer } from '../values/free-buffer.ts'
import type { SortItem } from './sort-item.ts'

/** The records of each batch, one behind the other; each buffer is gone when the next is asked for. */
export async function* joinedRecords(
  batches: AsyncIterable<readonly SortItem[]>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const batch of batches) {
    const bytes = Buffer.concat(batch.map(({ record }) => record))
    yield bytes
    freeBuffer(bytes)
  }
}
