import { TargetFailedError } from '../../src/errors/target-failed-error.ts'
import type { ReadPoint } from '../../src/ports/database-source.ts'
import type {
  DatabaseTarget,
  RecordOperation,
  RestoreRequest,
  RestoreSession,
} from '../../src/ports/database-target.ts'
import { createRecordReader } from '../../src/records/create-record-reader.ts'
import { frameRecords } from '../../src/records/frame-records.ts'
import { documentLayout } from './bson-documents.ts'

/** A database of documents in memory: what core needs of one, with one collection `people`. */
export class DocumentDatabase implements DatabaseTarget {
  readonly engine = 'documents'
  readonly label = 'memory/documents'
  readonly layout = documentLayout('people')
  #documents = new Map<string, Buffer>()

  constructor(...documents: readonly Buffer[]) {
    this.put(...documents)
  }

  /** Inserts, or replaces what has the same `_id`. */
  put(...documents: readonly Buffer[]): void {
    for (const document of documents) this.#documents.set(this.#keyOf(document), Buffer.from(document))
  }

  /** Removes what has the same `_id`. */
  remove(...documents: readonly Buffer[]): void {
    for (const document of documents) this.#documents.delete(this.#keyOf(document))
  }

  /** In the order of their keys. */
  get documents(): Buffer[] {
    return [...this.#documents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, document]) => document)
  }

  async openReadPoint(): Promise<ReadPoint> {
    const { documents } = this
    const estimated = { estimatedRecords: documents.length, estimatedBytes: 0 }
    return {
      facts: {
        engine: this.engine,
        engineVersion: '1',
        database: 'documents',
        label: this.label,
        consistency: 'snapshot',
        readPoint: 'now',
        details: {},
      },
      collections: documents.length === 0 ? [] : [{ ...this.layout, ...estimated }],
      schema: { version: 1, engine: this.engine, objects: [] },
      async *read() {
        yield* documents
      },
      close: async () => {},
    }
  }

  async openRestore(request: RestoreRequest): Promise<RestoreSession> {
    const after = new Map(this.#documents)
    const apply = ({ operation, record }: RecordOperation): void => {
      if (operation === 'insert') after.set(this.#keyOf(record), Buffer.from(record))
      // Whether it is the very document that is to go shows that differences come with its bytes.
      else if (after.get(this.#keyOf(record))?.equals(record)) after.delete(this.#keyOf(record))
      else throw new TargetFailedError('a document to remove is not there', { hint: 'none' })
    }
    return {
      current: await this.openReadPoint(),
      routes: new Map(request.collections.map(({ name }) => [name, this.#documents.size === 0 ? 'load' : 'change'])),
      steps: [],
      atomic: true,
      load: async (collection, bytes) => {
        for await (const records of frameRecords(bytes, createRecordReader(this.layout), collection)) {
          for (const record of records) apply({ operation: 'insert', record })
        }
      },
      change: async (_, operations) => {
        const all: RecordOperation[] = []
        for await (const { operation, record } of operations) all.push({ operation, record: Buffer.from(record) })
        for (const kind of ['remove', 'insert']) for (const one of all) if (one.operation === kind) apply(one)
      },
      commit: async () => {
        this.#documents = after
      },
      abort: async () => {},
    }
  }

  #keyOf(document: Buffer): string {
    const reader = createRecordReader(this.layout)
    const length = reader.key(document, 0, document.length)
    return reader.keyBytes.toString('hex', 0, length)
  }
}
