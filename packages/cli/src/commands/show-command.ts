import type { SnapshotManifest } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { bytes, counted, number } from '../render/amounts.ts'
import { collectionNoun } from '../render/collection-noun.ts'
import { table } from '../render/table.ts'

/** A source may be read at one moment but for some of its collections. */
function isOneMoment({ source, collections }: SnapshotManifest): boolean {
  return source.consistency === 'snapshot' && collections.every(({ consistency }) => consistency === 'snapshot')
}

export async function showCommand(name: string, options: GlobalOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const snapshot = await repository.get(name)
    if (options.json) await console.out(`${JSON.stringify(snapshot)}\n`)
    else {
      const { source } = snapshot
      await console.out(
        `Snapshot ${console.colours.bold(snapshot.id)}\n` +
          `of ${source.label} (${source.engine} ${source.engineVersion}), ${snapshot.time}\n` +
          `${counted(snapshot.records, 'record')}, ${bytes(snapshot.bytes)}, one moment for all: ${isOneMoment(snapshot) ? 'yes' : 'no'}\n` +
          snapshot.warnings.map(({ message }) => `warning: ${message}\n`).join('') +
          `\n${table(
            [collectionNoun(snapshot.source.engine).toUpperCase(), 'RECORDS', 'SIZE'],
            snapshot.collections.map(({ layout, records, bytes: size }) => [layout.name, number(records), bytes(size)]),
            ['RECORDS', 'SIZE'],
          )}`,
      )
    }
    return EXIT.done
  } finally {
    await repository.close()
  }
}
