import { UsageError } from '../errors/usage-error.ts'
import type { ReadPoint, SourceFacts } from '../ports/database-source.ts'

/** What a target holds of the chosen collections where it holds none of them. Facts that nobody asked for are empty. */
export function emptyReadPoint(
  facts: Pick<SourceFacts, 'engine' | 'label' | 'database'> & Partial<SourceFacts>,
): ReadPoint {
  return {
    facts: { engineVersion: '', consistency: 'snapshot', readPoint: '', details: {}, ...facts },
    collections: [],
    schema: { version: 1, engine: facts.engine, objects: [] },
    read(collection) {
      throw new UsageError(`the target has no ${collection}`, { hint: 'Only what `collections` lists can be read.' })
    },
    close: async () => {},
  }
}
