import { UnsupportedRuntimeError } from '@dbsnap/core/errors'

/** A document as the driver takes and gives it: BSON types as objects of the driver's classes. */
export interface Document {
  readonly [name: string]: unknown
}

/** What we call of a session of the driver. */
export interface DriverSession {
  /** Of the latest reply in it that had one. */
  clusterTime?: { readonly signature?: { readonly hash: { buffer: Uint8Array } } } | undefined
  startTransaction(): void
  commitTransaction(): Promise<unknown>
  abortTransaction(): Promise<unknown>
  endSession(): Promise<void>
}

/** What we call of a database of the driver. */
export interface DriverDb {
  command(
    command: Document,
    options?: { readonly raw?: boolean; readonly session?: DriverSession; readonly signal?: AbortSignal },
  ): Promise<Document>
}

/** What we call of `MongoClient`. */
export interface DriverClient {
  connect(): Promise<unknown>
  db(name: string): DriverDb
  startSession(options: { readonly causalConsistency: boolean }): DriverSession
  close(): Promise<void>
}

/** Documents that are sent as they are, one after the other in one buffer. */
export interface DriverDocumentSequence {
  push(document: object, bytes: Uint8Array): number
}

/** What we call of the driver's BSON library. */
export interface DriverBson {
  serialize(document: Document, options?: object): Uint8Array
  deserialize(bytes: Uint8Array, options?: object): Document
  /** Type, where the name begins, its length, where the value begins, its length; in the order of the elements. */
  readonly onDemand: {
    parseToElements(bytes: Uint8Array): Iterable<readonly [number, number, number, number, number]>
  }
  readonly EJSON: { serialize(value: unknown, options: { readonly relaxed: boolean }): unknown }
}

/** The module `mongodb` of npm, and its class for raw documents. Give them in the options to use a copy of your own. */
export interface MongoDriver {
  readonly MongoClient: new (url: string, options: object) => DriverClient
  readonly BSON: DriverBson
  /** `mongodb/lib/cmap/commands.js`: no public way of the driver sends a document's bytes as they are. */
  readonly DocumentSequence: new (
    field: string,
  ) => DriverDocumentSequence
}

/** Imports `mongodb`. Fails with `UnsupportedRuntimeError`, which says how to install it, or which version is needed. */
export async function importMongoDriver(): Promise<MongoDriver> {
  try {
    const [mongodb, commands] = await Promise.all([import('mongodb'), import('mongodb/lib/cmap/commands.js' as string)])
    const DocumentSequence = commands.DocumentSequence ?? commands.default?.DocumentSequence
    if (typeof DocumentSequence !== 'function') throw wrongVersion()
    return {
      MongoClient: mongodb.MongoClient as unknown as MongoDriver['MongoClient'],
      BSON: mongodb.BSON as unknown as DriverBson,
      DocumentSequence,
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new UnsupportedRuntimeError('the MongoDB driver is not installed', {
      hint: 'Run `npm install mongodb@7` beside @dbsnap/mongodb.',
    })
  }
}

function wrongVersion(): UnsupportedRuntimeError {
  return new UnsupportedRuntimeError('this version of the MongoDB driver has no way to send raw documents', {
    hint: 'Run `npm install mongodb@7` beside @dbsnap/mongodb.',
  })
}
