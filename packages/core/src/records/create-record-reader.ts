import type { CollectionLayout, RecordFormat } from '../values/collection.ts'
import { endOfDocument } from './bson/bson-framing.ts'
import { BsonReader } from './bson/bson-reader.ts'
import { CopyTextReader } from './copy-text-reader.ts'
import { endOfLine } from './end-of-line.ts'
import { type EndOfRecord, KeylessReader } from './keyless-reader.ts'
import type { RecordReader } from './record-reader.ts'

const ENDS: Readonly<Record<RecordFormat, EndOfRecord>> = {
  'copy-text': (bytes, start, limit, searched = start) => endOfLine(bytes, searched, limit),
  bson: endOfDocument,
}

/** A reader for a collection's records. */
export function createRecordReader(layout: CollectionLayout): RecordReader {
  if (layout.key.length === 0) return new KeylessReader(ENDS[layout.format])
  return layout.format === 'bson' ? new BsonReader() : new CopyTextReader(layout)
}
