import type { Pin } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { bytes, number } from '../render/amounts.ts'
import { table } from '../render/table.ts'

export async function listCommand(options: GlobalOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const snapshots = await repository.list()
    const pins = new Map((await repository.pins()).map((pin) => [pin.snapshot, pin]))
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
        pin: pinJson(pins.get(id)),
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
        ...(pins.size === 0 ? [] : [pinText(pins.get(id))]),
      ])
      const pinned = pins.size === 0 ? [] : ['PINNED']
      await console.out(
        table(['SNAPSHOT', 'TIME (UTC)', 'SOURCE', 'RECORDS', 'SIZE', 'TAGS', ...pinned], rows, ['RECORDS', 'SIZE']),
      )
    }
    return EXIT.done
  } finally {
    await repository.close()
  }
}

function pinJson(pin: Pin | undefined) {
  if (pin === undefined) return null
  const { pinned = null, reason = null, until = null, readable } = pin
  return { pinned, reason, until, readable }
}

function pinText(pin: Pin | undefined): string {
  if (pin === undefined) return ''
  if (!pin.readable) return 'its pin cannot be read'
  const until = pin.until === undefined ? '' : `until ${pin.until.slice(0, 16).replace('T', ' ')}`
  return [pin.reason ?? '', until].filter(Boolean).join(', ') || 'yes'
}
