import type { Console } from '../console.ts'
import { type DatabaseChoice, databaseAt } from '../database-url.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { bytes, counted, duration } from '../render/amounts.ts'
import { collectionNoun } from '../render/collection-noun.ts'
import { progressBar } from '../render/progress-bar.ts'

export interface TakeCommandOptions extends GlobalOptions {
  readonly include?: string[]
  readonly exclude?: string[]
  readonly source?: string
  readonly tag?: Record<string, string>
  readonly concurrency?: number
  readonly maxRate?: number
  readonly consistency?: DatabaseChoice['consistency']
}

export async function takeCommand(url: string, options: TakeCommandOptions, console: Console): Promise<number> {
  const { consistency } = options
  const source = databaseAt(url, consistency === undefined ? {} : { consistency })
  const repository = await openRepository(options, console)
  const bar = progressBar(console)
  const { include, exclude, source: label, tag: tags, concurrency, maxRate } = options
  const given = { include, exclude, label, tags, concurrency, maxRate }
  try {
    const snapshot = await repository.take(source, {
      ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<
        typeof given
      > as object),
      signal: console.signal,
      onProgress: bar.listener,
      onWarning: ({ message }) => console.message(`warning: ${message}\n`),
    })
    bar.end()
    if (options.json) {
      const { id, records, storedBytes, seconds, collections, warnings } = snapshot
      await console.out(
        `${JSON.stringify({
          id,
          source: snapshot.source.label,
          records,
          bytes: snapshot.bytes,
          storedBytes,
          seconds,
          consistency: snapshot.source.consistency,
          collections: collections.map(({ layout, records: count, root }) => ({
            name: layout.name,
            records: count,
            root: root?.id ?? null,
          })),
          warnings,
        })}\n`,
      )
    } else {
      await console.out(
        `Snapshot ${console.colours.bold(snapshot.id.slice(0, 8))} of ${snapshot.source.label}: ` +
          `${counted(snapshot.records, 'record')} in ${counted(snapshot.collections.length, collectionNoun(snapshot.source.engine))}, ` +
          `${bytes(snapshot.bytes)}, stored as ${bytes(snapshot.storedBytes)}, in ${duration(snapshot.seconds)}.\n`,
      )
    }
    return EXIT.done
  } finally {
    bar.end()
    await repository.close()
  }
}
