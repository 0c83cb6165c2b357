import { UnknownCollectionError } from '@dbsnap/core/errors'
import type { ReadPoint, SourceFacts } from '@dbsnap/core/ports'

/** What a target holds of the chosen collections where it holds none of them. */
export function emptyReadPoint(facts: SourceFacts): ReadPoint {
  return {
    facts,
    collections: [],
    schema: { version: 1, engine: 'mongodb', objects: [] },
    // biome-ignore lint/correctness/useYield: it has nothing to give
    async *read(name) {
      throw new UnknownCollectionError(`${name} is not in the target`, { hint: 'Nothing is to be read there.' })
    },
    close: async () => {},
  }
}
