import { MAX_CHUNK_BYTES } from '../chunking/chunk-limits.ts'
import type { SplitChunk } from '../chunking/chunk-splitter.ts'
import type { ObjectWriter } from '../ports/object-access.ts'
import type { ChunkEntry } from '../record-tree/chunk-entry.ts'
import { encodeSegments } from '../record-tree/segments-codec.ts'
import { freeBacking } from '../values/free-buffer.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'

/**
 * What the tree says of a chunk. A record above 1 MiB is named by the list of its segments, so that no object exceeds
 * 1 MiB; `segments` holds their ids then.
 */
export function describeChunk(
  identify: (bytes: Uint8Array) => ObjectId,
  chunk: SplitChunk,
): { entry: ChunkEntry; segments: readonly ObjectId[] } {
  const { bytes, firstKey, lastKey, records } = chunk
  const common = { firstKey, lastKey, records, bytes: bytes.length }
  if (bytes.length <= MAX_CHUNK_BYTES)
    return { entry: { ...common, id: identify(bytes), segmented: false }, segments: [] }
  const segments: ObjectId[] = []
  for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES) segments.push(identify(segmentAt(bytes, at)))
  return { entry: { ...common, id: identify(encodeSegments(segments)), segmented: true }, segments }
}

/**
 * Stores a chunk, by preference as a delta on the one that stands at its place in the previous snapshot. Its bytes are
 * used up.
 */
export async function storeChunk(
  writer: ObjectWriter,
  chunk: SplitChunk,
  previous: ChunkEntry | undefined,
): Promise<ChunkEntry> {
  const { entry, segments } = describeChunk((bytes) => writer.identify(bytes), chunk)
  const put = (kind: ObjectKind, id: ObjectId, bytes: Buffer, base?: ObjectId): Promise<void> =>
    entry.id === previous?.id ? writer.keep(kind, id, bytes) : writer.store(kind, id, bytes, base)
  if (!entry.segmented) {
    await put('chunk', entry.id, chunk.bytes, previous?.segmented === false ? previous.id : undefined)
    return entry
  }
  for (const [i, id] of segments.entries()) await put('chunk', id, segmentAt(chunk.bytes, i * MAX_CHUNK_BYTES))
  await put('segments', entry.id, encodeSegments(segments))
  // Memory that the collector would let lie until there are 64 MB of it.
  await writer.settled()
  freeBacking(chunk.bytes)
  return entry
}

const segmentAt = (bytes: Buffer, at: number): Buffer => bytes.subarray(at, at + MAX_CHUNK_BYTES)
