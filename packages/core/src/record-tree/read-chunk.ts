import { DamagedError } from '../errors/damaged-error.ts'
import type { ObjectReader } from '../ports/object-access.ts'
import { freeBacking } from '../values/free-buffer.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import { decodeSegments } from './segments-codec.ts'

/**
 * The records' bytes of a chunk, segments joined. Its length is checked against the entry. Holds one copy of the
 * record and one segment at a time. The buffer and the memory behind it are the caller's own.
 */
export async function readChunk(objects: ObjectReader, entry: ChunkEntry): Promise<Buffer> {
  if (!entry.segmented) {
    const bytes = await objects.read('chunk', entry.id)
    if (bytes.length !== entry.bytes) throw wrongLength(entry)
    return bytes
  }
  const whole = Buffer.allocUnsafeSlow(entry.bytes)
  let at = 0
  for (const id of decodeSegments(await objects.read('segments', entry.id), entry.id)) {
    const segment = await objects.read('chunk', id)
    if (at + segment.length > whole.length) throw wrongLength(entry)
    at += segment.copy(whole, at)
    freeBacking(segment)
  }
  if (at !== whole.length) throw wrongLength(entry)
  return whole
}

function wrongLength(entry: ChunkEntry): DamagedError {
  return new DamagedError(`chunk ${entry.id} does not have the length that its tree gives`, {
    hint: 'Run `dbsnap check` to see which snapshots are affected.',
    data: { object: entry.id },
  })
}
