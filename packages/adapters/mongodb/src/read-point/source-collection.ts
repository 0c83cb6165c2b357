import type { SourceCollection } from '@dbsnap/core/ports'
import type { CollectionLayout } from '@dbsnap/core/values'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { type CollectionFacts, storedIn } from '../schema/list-collections.ts'

/** Bytes of a document where nobody knows. */
const UNKNOWN_BYTES = 1024

/** A collection as it is read: by `_id`, the only field that every document has. */
export function layoutOf(name: string): CollectionLayout {
  return {
    name,
    format: 'bson',
    encoding: 'utf-8',
    columns: [{ name: '_id', type: 'bson', shape: 'string', equality: 'bytes' }],
    key: [{ column: 0, order: 'bson' }],
  }
}

/** A collection with the server's guess of its size. */
export interface SizedCollection {
  readonly facts: CollectionFacts
  readonly source: SourceCollection
  readonly averageBytes: number
}

/** Whether a collection can be read at a moment that is past: the server offers that for no capped one. */
export function hasMoments({ optionsDocument }: CollectionFacts): boolean {
  return optionsDocument.capped !== true
}

/** Whether what is written to a collection is told: not of buckets, nor what a capped collection lets go of. */
export function hasStream(facts: CollectionFacts): boolean {
  return facts.type === 'collection' && hasMoments(facts)
}

/** Asks how large a collection is, for progress and for the size of replies. Without the right to ask, it goes on unknowing. */
export async function sizedCollection(
  connection: MongoConnection,
  facts: CollectionFacts,
  isByItself: boolean,
): Promise<SizedCollection> {
  const stats = await connection.tryRun({ collStats: storedIn(facts) }, {}).catch(() => ({}))
  const { count, size } = stats as { count?: unknown; size?: unknown }
  const [estimatedRecords, estimatedBytes] = [numberOf(count), numberOf(size)]
  const averageBytes = estimatedRecords === 0 ? UNKNOWN_BYTES : estimatedBytes / estimatedRecords
  const less = isByItself ? { consistency: 'collection' as const } : {}
  return { facts, averageBytes, source: { ...layoutOf(facts.name), estimatedRecords, estimatedBytes, ...less } }
}

function numberOf(value: unknown): number {
  const number = Number(value ?? 0)
  return Number.isFinite(number) ? number : 0
}
