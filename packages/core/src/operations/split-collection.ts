import { SAMPLE_BYTES, SAMPLE_RECORDS } from '../chunking/chunk-limits.ts'
import { ChunkSplitter, type SplitChunk } from '../chunking/chunk-splitter.ts'
import { splitBitsFor } from '../chunking/split-bits.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import { leadingKey } from '../records/leading-key.ts'
import type { RecordReader } from '../records/record-reader.ts'
import type { CollectionLayout } from '../values/collection.ts'
import { GrowingBuffer } from '../values/growing-buffer.ts'

/** The chunks of a collection that is read, and the split parameter that cuts them. */
export interface SplitCollection {
  readonly splitBits: number
  readonly chunks: AsyncGenerator<SplitChunk, void, undefined>
}

/** How the split parameter is found. */
export interface SplitParameter {
  /** A previous snapshot's. */
  readonly inherited?: number | undefined
  /** Otherwise the average size of chunks to aim at, in bytes. Default `TARGET_CHUNK_BYTES`. */
  readonly target?: number | undefined
}

/**
 * Cuts the records of a collection, which come in key order, into chunks. Where the parameter
 * is not inherited it is chosen from the first 4 096 records. The chunks must be read to their end or returned.
 */
export async function splitCollection(
  bytes: AsyncIterable<Buffer>,
  layout: CollectionLayout,
  seed: number,
  { inherited, target }: SplitParameter = {},
): Promise<SplitCollection> {
  const input = bytes[Symbol.asyncIterator]()
  const sample = new GrowingBuffer()
  try {
    const bits = inherited ?? (await chooseSplitBits(input, sample, createRecordReader(layout), target))
    const splitter = new ChunkSplitter({
      reader: createRecordReader(layout),
      seed,
      splitBits: bits,
      collection: layout.name,
      leadingKey: (head) => leadingKey(head, layout),
    })
    return { splitBits: bits, chunks: cut(splitter, sample, input) }
  } catch (error) {
    await input.return?.()
    throw error
  }
}

/** Reads the sample, which is cut again afterwards, and counts whole records in it. */
async function chooseSplitBits(
  input: AsyncIterator<Buffer>,
  sample: GrowingBuffer,
  reader: RecordReader,
  target: number | undefined,
): Promise<number> {
  let records = 0
  let start = 0
  while (records < SAMPLE_RECORDS && sample.bytes.length < SAMPLE_BYTES) {
    const next = await input.next()
    if (next.done === true) break
    const searched = sample.bytes.length
    sample.append(next.value)
    const { bytes } = sample
    while (records < SAMPLE_RECORDS && start < SAMPLE_BYTES) {
      const end = reader.end(bytes, start, bytes.length, Math.max(start, searched))
      if (end === -1) break
      records++
      start = end
    }
  }
  // A first record larger than the whole sample is alone in its chunk, whatever the parameter.
  return records === 0 ? splitBitsFor(1, sample.bytes.length, target) : splitBitsFor(records, start, target)
}

async function* cut(
  splitter: ChunkSplitter,
  sample: GrowingBuffer,
  input: AsyncIterator<Buffer>,
): AsyncGenerator<SplitChunk, void, undefined> {
  try {
    const chunks = splitter.push(sample.bytes)
    sample.free()
    yield* chunks
    for (let next = await input.next(); next.done !== true; next = await input.next()) yield* splitter.push(next.value)
    yield* splitter.finish()
  } finally {
    await input.return?.()
  }
}
