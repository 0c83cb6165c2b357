import type { DatabaseSource, ReadPoint } from '@dbsnap/core'

export interface SourceHooks {
  /** When the read point stands and nothing was read yet. */
  readonly opened?: (readPoint: ReadPoint) => Promise<void>
  /** When the first bytes of a collection have arrived. */
  readonly reading?: (collection: string) => Promise<void>
}

/** A source that lets a test do something at an exact point of a read. */
export function hookedSource(source: DatabaseSource, hooks: SourceHooks): DatabaseSource {
  return {
    engine: source.engine,
    label: source.label,
    async openReadPoint(options) {
      const readPoint = await source.openReadPoint(options)
      await hooks.opened?.(readPoint)
      const { facts, schema, collections } = readPoint
      return {
        facts,
        schema,
        collections,
        close: () => readPoint.close(),
        async *read(collection, readOptions) {
          let first = true
          for await (const bytes of readPoint.read(collection, readOptions)) {
            if (first) await hooks.reading?.(collection)
            first = false
            yield bytes
          }
        },
      }
    },
  }
}
