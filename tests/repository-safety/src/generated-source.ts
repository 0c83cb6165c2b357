import { hash } from 'node:crypto'
import type { DatabaseSource, ReadPoint, ReadPointOptions, SourceCollection } from '@dbsnap/core/ports'

export interface GeneratedSourceOptions {
  /** Another version has other values in every record. */
  readonly version: number
  /** Plain bytes, at least. */
  readonly bytes: number
  /** Called before each buffer, and at the end, with the bytes given so far. */
  readonly onBuffer?: (given: number) => void
}

/** Bytes of a record, at least: most of it always the same, so that 200 MB cost a test 30 MB of disk. */
const RECORD_BYTES = 1000
const RECORDS_PER_BUFFER = 128
const FILLER = 'always the same words, '.repeat(37)
/** The one table. */
export const COLLECTION = 'generated.records'

/** A database of one table that is not there: its records are made while it is read, always the same ones. */
export class GeneratedSource implements DatabaseSource {
  readonly engine = 'generated'
  readonly label = 'generated'
  readonly #options: GeneratedSourceOptions

  constructor(options: GeneratedSourceOptions) {
    this.#options = options
  }

  get records(): number {
    return Math.ceil(this.#options.bytes / RECORD_BYTES)
  }

  /** The values of all records, in their order. */
  *rows(): Generator<string[]> {
    for (let id = 1; id <= this.records; id++) yield [`${id}`, valueAt(this.#options.version, id), FILLER]
  }

  async openReadPoint(_options: ReadPointOptions): Promise<ReadPoint> {
    const collection: SourceCollection = {
      name: COLLECTION,
      format: 'copy-text',
      encoding: 'utf-8',
      columns: ['id', 'value', 'filler'].map((name) => ({ name, type: 'text', shape: 'string', equality: 'bytes' })),
      key: [{ column: 0, order: 'integer' }],
      estimatedRecords: this.records,
      estimatedBytes: this.#options.bytes,
    }
    const read = async function* (source: GeneratedSource, signal?: AbortSignal): AsyncGenerator<Buffer> {
      let given = 0
      for (const buffer of source.#buffers()) {
        signal?.throwIfAborted()
        source.#options.onBuffer?.(given)
        given += buffer.length
        yield buffer
      }
      source.#options.onBuffer?.(given)
    }
    return {
      facts: {
        engine: this.engine,
        engineVersion: '1',
        database: 'generated',
        label: this.label,
        consistency: 'snapshot',
        readPoint: `version ${this.#options.version}`,
        details: {},
      },
      collections: [collection],
      schema: { version: 1, engine: this.engine, objects: [] },
      read: (_, options) => read(this, options?.signal),
      close: async () => {},
    }
  }

  *#buffers(): Generator<Buffer> {
    const { version } = this.#options
    for (let from = 1; from <= this.records; from += RECORDS_PER_BUFFER) {
      let text = ''
      for (let id = from; id < from + RECORDS_PER_BUFFER && id <= this.records; id++) {
        text += `${id}\t${valueAt(version, id)}\t${FILLER}\n`
      }
      yield Buffer.from(text)
    }
  }
}

/** Of a version and a record alone, and not to be compressed: 128 bytes of it are all that a record costs. */
function valueAt(version: number, id: number): string {
  return hash('sha512', `${version} ${id} a`, 'base64') + hash('sha512', `${version} ${id} b`, 'base64')
}
