import { eitherSignal } from '@dbsnap/core/adapter'
import { ReadPointLostError, UnknownCollectionError } from '@dbsnap/core/errors'
import type { CatchUp, ReadPoint, ReadPointOptions, SourceCollection, SourceFacts } from '@dbsnap/core/ports'
import type { SchemaListing } from '@dbsnap/core/values'
import { interrupted, type MongoConnection } from '../connection/mongo-connection.ts'
import { readSmallCursor } from '../connection/read-cursor.ts'
import type { Document } from '../mongodb-client.ts'
import { bucketsOf, type CollectionFacts, storedIn } from '../schema/list-collections.ts'
import { writtenKeys } from './change-stream.ts'
import { chooseLateMoment } from './late-moment.ts'
import { type Moment, momentText } from './moment.ts'
import { readDocuments } from './read-documents.ts'
import { readKeys } from './read-keys.ts'
import { hasMoments, hasStream, type SizedCollection } from './source-collection.ts'

/** What a read point is made of. */
export interface ReadPointParts {
  readonly connection: MongoConnection
  readonly request: ReadPointOptions
  readonly facts: SourceFacts
  readonly collections: readonly SizedCollection[]
  readonly schema: SchemaListing
  /** With the moment that is read; without one each collection is read at its own. */
  readonly readConcern: Document | undefined
  /** From when on what is written is to be read again at a later moment, where that is wanted. */
  readonly lateFrom?: Moment
}

/** Reads of one moment where the server offers it, else each collection by itself, as `facts.consistency` says. */
export class MongoReadPoint implements ReadPoint {
  readonly collections: readonly SourceCollection[]
  readonly catchUp?: () => Promise<CatchUp>
  facts: SourceFacts
  schema: SchemaListing
  readonly #parts: ReadPointParts
  readonly #byName: ReadonlyMap<string, SizedCollection>

  constructor(parts: ReadPointParts) {
    this.#parts = parts
    this.facts = parts.facts
    this.schema = parts.schema
    this.collections = parts.collections.map(({ source }) => source)
    const { lateFrom } = parts
    if (lateFrom !== undefined) this.catchUp = () => this.#catchUp(lateFrom)
    this.#byName = new Map(parts.collections.map((collection) => [collection.facts.name, collection]))
  }

  async *read(
    collection: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    const chosen = this.#byName.get(collection)
    if (chosen === undefined) {
      throw new UnknownCollectionError(`${collection} was not chosen for this read`, {
        hint: 'Choose it when the read point is opened.',
      })
    }
    const { connection, readConcern } = this.#parts
    const signal = eitherSignal(options.signal, this.#parts.request.signal)
    if (signal?.aborted) throw interrupted(`reading ${collection}`)
    yield* readDocuments({
      connection,
      collection,
      stored: storedIn(chosen.facts),
      averageBytes: chosen.averageBytes,
      collated: chosen.facts.optionsDocument.collation !== undefined,
      readConcern: hasMoments(chosen.facts) ? readConcern : undefined,
      signal,
    })
    await this.#verify(chosen.facts)
  }

  async #catchUp(from: Moment): Promise<CatchUp> {
    const { connection, request, collections } = this.#parts
    const late = await chooseLateMoment(
      connection,
      request,
      collections.map(({ facts }) => facts),
    )
    const { moment, objects } = late
    this.schema = { ...this.schema, objects }
    this.facts = { ...this.facts, consistency: 'snapshot', readPoint: momentText(moment) }
    const names = new Set(collections.filter(({ facts }) => hasStream(facts)).map(({ facts }) => facts.name))
    return {
      keys: () => writtenKeys(connection, from, moment, names),
      records: (collection, keys) => readKeys(connection, collection, keys, moment),
    }
  }

  async close(): Promise<void> {
    await this.#parts.connection.close()
  }

  /** A collection that was dropped meanwhile reads as an empty one, so that it must be the same one still. */
  async #verify(facts: CollectionFacts): Promise<void> {
    const name = facts.type === 'timeseries' ? bucketsOf(facts.name) : facts.name
    const { connection } = this.#parts
    const doing = `look what was read of ${facts.name}`
    const [found] = await readSmallCursor(connection, { listCollections: 1, filter: { name }, cursor: {} }, doing)
    const { info } = found === undefined ? {} : (connection.driver.BSON.deserialize(found) as { info?: Document })
    const uuid = info?.uuid as { toString(encoding: string): string } | undefined
    if (uuid !== undefined && uuid.toString('hex') === facts.uuid) return
    throw new ReadPointLostError(`${facts.name} is no longer the collection that it was when the read began`, {
      hint: 'It was dropped or renamed meanwhile. Try again.',
      data: { collection: facts.name },
    })
  }
}
