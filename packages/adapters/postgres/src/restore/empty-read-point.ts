import { UsageError } from '@dbsnap/core/errors'
import type { ReadPoint } from '@dbsnap/core/ports'

/** What is there of the chosen collections when none of them is there. */
export function emptyReadPoint(label: string): ReadPoint {
  return {
    facts: {
      engine: 'postgres',
      engineVersion: '',
      database: '',
      label,
      consistency: 'snapshot',
      readPoint: '',
      details: {},
    },
    collections: [],
    schema: { version: 1, engine: 'postgres', objects: [] },
    read(collection) {
      throw new UsageError(`the target has no ${collection}`, { hint: 'Only what `collections` lists can be read.' })
    },
    close: async () => {},
  }
}
