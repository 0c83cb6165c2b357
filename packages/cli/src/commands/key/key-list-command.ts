import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'
import { printable } from '../../render/printable.ts'
import { table } from '../../render/table.ts'

export async function keyListCommand(options: GlobalOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const slots = await repository.keys.list()
    if (options.json) {
      const all = slots.map((slot) => ({ ...slot, label: slot.label ?? null, keyId: slot.keyId ?? null }))
      await console.out(`${JSON.stringify(all)}\n`)
    } else {
      const rows = slots.map(({ id, provider, keyId, label, added, state, weak, current }) => [
        id.slice(0, 8),
        printable(keyId === undefined ? provider : `${provider} ${keyId}`),
        printable(label ?? ''),
        added.slice(0, 19).replace('T', ' '),
        [state === 'sound' ? '' : state, weak ? 'weak' : '', current ? 'opened with this' : '']
          .filter(Boolean)
          .join(', '),
      ])
      await console.out(table(['SLOT', 'SECRET', 'LABEL', 'ADDED (UTC)', 'NOTES'], rows))
    }
    return EXIT.done
  } finally {
    await repository.close()
  }
}
