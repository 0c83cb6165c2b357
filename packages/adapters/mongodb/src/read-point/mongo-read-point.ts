import { ReadPointLostError, UnknownCollectionError } from '@dbsnap/core/errors'
import type { ReadPoint, SourceCollection, SourceFacts } from '@dbsnap/core/ports'
import type { SchemaListing } from '@dbsnap/core/values'
import { interrupted, type MongoConnection } from '../connection/mongo-connection.ts'
import { readSmallCursor } from '../connection/read-cursor.ts'
import type { Document } from '../mongodb-client.ts'
import { bucketsOf, type CollectionFacts, storedIn } from '../schema/list-collections.ts'
import { readDocuments } from './read-documents.ts'
import { hasMoments, type SizedCollection } from './source-collection.ts'

/** What a read point is made of. */
export interface ReadPointParts {
  readonly connection: MongoConnection
  readonly facts: SourceFacts
  readonly collections: readonly SizedCollection[]
  readonly schema: SchemaListing
  /** With the moment that is read; without one each collection is read at its own. */
  readonly readConcern: Document | undefined
  readonly signal: AbortSignal | undefined
}

/** Reads of one moment where the server offers it, else each collection by itself, as `facts.consistency` says. */
export class MongoReadPoint implements ReadPoint {
  readonly facts: SourceFacts
  readonly collections: readonly SourceCollection[]
  readonly schema: SchemaListing
  readonly #parts: ReadPointParts
  readonly #byName: ReadonlyMap<string, SizedCollection>

  constructor(parts: ReadPointParts) {
    this.#parts = parts
    this.facts = parts.facts
    this.schema = parts.schema
    this.collections = parts.collections.map(({ source }) => source)
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
    const signal = either(options.signal, this.#parts.signal)
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

/** Aborted as soon as one of the two is. */
function either(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  return a !== undefined && b !== undefined ? AbortSignal.any([a, b]) : (a ?? b)
}
