import type { RepositoryStats } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { bytes, counted, number } from '../render/amounts.ts'
import { table } from '../render/table.ts'

export async function statsCommand(options: GlobalOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const stats = await repository.stats({ signal: console.signal })
    await console.out(options.json ? `${JSON.stringify(stats)}\n` : render(stats))
    return EXIT.done
  } finally {
    await repository.close()
  }
}

function render(stats: RepositoryStats): string {
  const { packs, indexFiles, manifests, kinds } = stats
  const amounts = ['SIZE', 'NEW', 'UNIQUE']
  const sizes = ({ plainBytes, newBytes, uniqueBytes }: RepositoryStats['snapshots'][number]): string[] =>
    [plainBytes, newBytes, uniqueBytes].map(bytes)
  const snapshots = stats.snapshots.map((one) => [one.id.slice(0, 8), one.source, ...sizes(one)])
  const ofKinds = Object.entries(kinds).map(([kind, { objects, deltas, bytes: size }]) => [
    kind,
    number(objects),
    number(deltas),
    bytes(size),
  ])
  return [
    table(['SNAPSHOT', 'SOURCE', ...amounts], snapshots, amounts),
    table(['KIND', 'OBJECTS', 'DELTAS', 'SIZE'], ofKinds, ['OBJECTS', 'DELTAS', 'SIZE']),
    `${counted(packs.files, 'pack')} of ${bytes(packs.bytes)}, index ${bytes(indexFiles.bytes)}, manifests ${bytes(manifests.bytes)}; ` +
      `in all ${bytes(stats.totalBytes)}.\n` +
      `Deduplication ${stats.deduplication} : 1, compression ${stats.compression} : 1. No snapshot names ${bytes(stats.unnamedBytes)}.\n`,
  ].join('\n')
}
