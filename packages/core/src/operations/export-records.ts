import { UsageError } from '../errors/usage-error.ts'
import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { CollectionChoice } from '../ports/database-source.ts'
import type { Json } from '../values/json.ts'
import { chooseCollections } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'
import { collectionOf, readRecords } from './read-records.ts'

/** What is exported, and how it is written. */
export interface ExportOptions extends CollectionChoice {
  /**
   * `json`: one document `{"snapshot","collections":[{"name","records":[...]}]}`. `ndjson`: a line
   * `{"collection","record"}` each. `csv`: RFC 4180 with a header, one collection; NULL is empty, an empty text is `""`.
   */
  readonly format: 'json' | 'ndjson' | 'csv'
  /** Ends it with an error. */
  readonly signal?: AbortSignal
}

/** Bytes. Pieces are gathered to about this size, so that writing them costs little. */
const PIECE_BYTES = 64 * 1024

/** The records of a snapshot as text, in pieces of about 64 KiB. */
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
  const read = (name: string) =>
    readRecords(context, collectionOf(manifest, name), options.signal === undefined ? {} : { signal: options.signal })
  const writers = { json: asJson, ndjson: asLines, csv: asCsv }
  let piece = ''
  for await (const text of writers[options.format](manifest, names, read)) {
    piece += text
    if (piece.length < PIECE_BYTES) continue
    yield Buffer.from(piece)
    piece = ''
  }
  if (piece !== '') yield Buffer.from(piece)
}

type Read = (name: string) => ReturnType<typeof readRecords>

async function* asJson(manifest: SnapshotManifest, names: readonly string[], read: Read): AsyncGenerator<string> {
  yield `{"snapshot":${JSON.stringify(manifest.id)},"collections":[`
  for (const [i, name] of names.entries()) {
    yield `${i === 0 ? '' : ','}\n{"name":${JSON.stringify(name)},"records":[`
    let separator = '\n'
    for await (const record of read(name)) {
      yield separator + JSON.stringify(record)
      separator = ',\n'
    }
    yield ']}'
  }
  yield ']}\n'
}

async function* asLines(_: SnapshotManifest, names: readonly string[], read: Read): AsyncGenerator<string> {
  for (const collection of names) {
    for await (const record of read(collection)) yield `${JSON.stringify({ collection, record })}\n`
  }
}

async function* asCsv(manifest: SnapshotManifest, names: readonly string[], read: Read): AsyncGenerator<string> {
  const name = names[0] as string
  const columns = collectionOf(manifest, name).layout.columns.map((column) => column.name)
  yield `${columns.map(csvField).join(',')}\r\n`
  for await (const record of read(name)) {
    yield `${columns.map((column) => csvField(record[column] ?? null)).join(',')}\r\n`
  }
}

function csvField(value: Json): string {
  if (value === null) return ''
  const text = String(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
