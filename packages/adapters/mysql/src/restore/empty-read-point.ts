import { UsageError } from '@dbsnap/core/errors'
import type { ReadPoint } from '@dbsnap/core/ports'

/** What is there of the chosen collections when none of them is there. */
export function emptyReadPoint(label: string, database: string): ReadPoint {
  return {
    facts: {
      engine: 'mysql',
      engineVersion: '',
      database,
      label,
      consistency: 'snapshot',
      readPoint: '',
      details: {},
    },
    collections: [],
    schema: { version: 1, engine: 'mysql', objects: [] },
    read(collection) {
      throw new UsageError(`the target has no ${collection}`, { hint: 'Only what `collections` lists can be read.' })
    },
    close: async () => {},
  }
}
