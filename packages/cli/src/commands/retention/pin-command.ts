import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'

export interface PinCommandOptions extends GlobalOptions {
  readonly until?: string
  readonly reason?: string
}

export async function pinCommand(name: string, options: PinCommandOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const { until, reason } = options
    const pin = await repository.pin(name, {
      ...(until === undefined ? {} : { until }),
      ...(reason === undefined ? {} : { reason }),
    })
    if (options.json) {
      await console.out(
        `${JSON.stringify({ id: pin.snapshot, reason: pin.reason ?? null, until: pin.until ?? null })}\n`,
      )
    } else {
      const end = pin.until === undefined ? '' : ` until ${pin.until.slice(0, 16).replace('T', ' ')} UTC`
      await console.out(`Pinned ${pin.snapshot.slice(0, 8)}${end}.\n`)
    }
    return EXIT.done
  } finally {
    await repository.close()
  }
}
