import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { bytes, number } from '../render/amounts.ts'
import { table } from '../render/table.ts'

export async function listCommand(options: GlobalOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const snapshots = await repository.list()
    if (options.json) {
      const shown = snapshots.map(({ id, time, source, records, bytes, tags, parent }) => ({
        id,
        time,
        source: source.label,
        engine: source.engine,
        records,
        bytes,
        tags,
        parent: parent ?? null,
      }))
      await console.out(`${JSON.stringify(shown)}\n`)
    } else if (snapshots.length === 0) await console.out('No snapshot yet. Take one: dbsnap take <url>\n')
    else {
      const rows = snapshots.map(({ id, time, source, records, bytes: size, tags }) => [
        id.slice(0, 8),
        time.slice(0, 19).replace('T', ' '),
        source.label,
        number(records),
        bytes(size),
        Object.entries(tags)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
      ])
      await console.out(
        table(['SNAPSHOT', 'TIME (UTC)', 'SOURCE', 'RECORDS', 'SIZE', 'TAGS'], rows, ['RECORDS', 'SIZE']),
      )
    }
    return EXIT.done
  } finally {
    await repository.close()
  }
}
