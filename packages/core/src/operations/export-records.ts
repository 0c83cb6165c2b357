import { UsageError } from '../errors/usage-error.ts'
import type { SnapshotCollection, SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { CollectionChoice } from '../ports/database-source.ts'
import { csvField, csvStyle } from '../record-text/csv-style.ts'
import { DocumentCsvWriter, DocumentJsonWriter } from '../record-text/document-writer.ts'
import { jsonStyle } from '../record-text/json-style.ts'
import { RecordTextWriter } from '../record-text/record-text-writer.ts'
import type { RecordWriter } from '../record-text/record-writer.ts'
import { TextSink } from '../record-text/text-sink.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import type { CollectionLayout } from '../values/collection.ts'
import { freeBacking } from '../values/free-buffer.ts'
import { chooseCollections } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'
import { collectionOf, readRecordBytes } from './read-records.ts'

/** What is exported, and how it is written. */
export interface ExportOptions extends CollectionChoice {
  /**
   * `json`: one document `{"snapshot","collections":[{"name","records":[...]}]}`. `ndjson`: a line
   * `{"collection","record"}` each. `csv`: RFC 4180 with a header, one collection; NULL is empty, an empty text is `""`.
   * Documents are written as canonical extended JSON.
   */
  readonly format: 'json' | 'ndjson' | 'csv'
  /** Documents in JSON and NDJSON as relaxed extended JSON, in which types get lost. Default false. */
  readonly relaxed?: boolean
  /** Of documents in CSV: the fields to write, as dotted paths. Needed there, and for nothing else. */
  readonly fields?: readonly string[]
  /** Ends it with an error. */
  readonly signal?: AbortSignal
}

/** Bytes. Pieces are gathered to about this size, so that writing them costs little. */
const PIECE_BYTES = 64 * 1024

/** The records of a snapshot as text, in pieces of about 64 KiB; a larger record is a piece of its own. */
export async function* exportRecords(
  context: OperationContext,
  manifest: SnapshotManifest,
  options: ExportOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const names = chooseCollections(
    manifest.collections.map(({ layout }) => layout),
    options,
  )
  if (options.format === 'csv' && names.length !== 1) {
    throw new UsageError(`CSV holds one collection, and ${names.length} were chosen`, {
      hint: 'Choose one with --include.',
    })
  }
  const out = new TextSink()
  const { begin, end, of } = DOCUMENTS[options.format]
  out.write(begin(manifest))
  for (const [i, name] of names.entries()) {
    const collection = collectionOf(manifest, name)
    const frame = of(collection.layout, options, i === 0)
    out.write(frame.begin)
    yield* writeRecords(context, collection, frame, out, options.signal)
    out.write(frame.end)
  }
  out.write(end)
  yield out.take()
}

/** What stands around the records of one collection, and around each of them. */
interface CollectionFrame {
  readonly begin: string
  readonly first: string
  readonly next: string
  readonly after: string
  readonly end: string
  readonly writer: RecordWriter
}

interface ExportDocument {
  begin(manifest: SnapshotManifest): string
  readonly end: string
  of(layout: CollectionLayout, options: ExportOptions, isFirst: boolean): CollectionFrame
}

const DOCUMENTS: Readonly<Record<ExportOptions['format'], ExportDocument>> = {
  json: {
    begin: ({ id }) => `{"snapshot":${JSON.stringify(id)},"collections":[`,
    end: ']}\n',
    of: (layout, options, isFirst) => ({
      begin: `${isFirst ? '' : ','}\n{"name":${JSON.stringify(layout.name)},"records":[`,
      first: '\n',
      next: ',\n',
      after: '',
      end: ']}',
      writer: jsonWriter(layout, options),
    }),
  },
  ndjson: {
    begin: () => '',
    end: '',
    of: (layout, options) => {
      const before = `{"collection":${JSON.stringify(layout.name)},"record":`
      return { begin: '', first: before, next: before, after: '}\n', end: '', writer: jsonWriter(layout, options) }
    },
  },
  csv: {
    begin: () => '',
    end: '',
    of: (layout, options) => {
      const names = csvFields(layout, options)
      const header = `${names.map(csvField).join(',')}\r\n`
      const writer =
        layout.format === 'bson' ? new DocumentCsvWriter(names) : new RecordTextWriter(layout, csvStyle(layout.columns))
      return { begin: header, first: '', next: '', after: '', end: '', writer }
    },
  },
}

function jsonWriter(layout: CollectionLayout, { relaxed = false }: ExportOptions): RecordWriter {
  if (layout.format === 'bson') return new DocumentJsonWriter({ relaxed })
  return new RecordTextWriter(layout, jsonStyle(layout.columns))
}

function csvFields({ format, columns }: CollectionLayout, { fields }: ExportOptions): readonly string[] {
  if (format !== 'bson') return columns.map(({ name }) => name)
  if (fields !== undefined && fields.length > 0) return fields
  throw new UsageError('documents have no fixed fields to write as CSV', {
    hint: 'Name the fields with --fields, as in _id,name,address.city.',
  })
}

async function* writeRecords(
  context: OperationContext,
  collection: SnapshotCollection,
  frame: CollectionFrame,
  out: TextSink,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = createRecordReader(collection.layout)
  const { writer } = frame
  let isFirst = true
  for await (const bytes of readRecordBytes(context, collection, signal)) {
    writer.begin(bytes)
    for (let start = 0; start < bytes.length; ) {
      const end = reader.end(bytes, start, bytes.length)
      out.write(isFirst ? frame.first : frame.next)
      writer.write(bytes, start, end, out)
      out.write(frame.after)
      isFirst = false
      start = end
      if (out.length >= PIECE_BYTES) yield out.take()
    }
    freeBacking(bytes)
  }
}
