import type { DESTROY_ALL_DATA } from '@dbsnap/core'
import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'

export interface KeyRemoveCommandOptions extends GlobalOptions {
  readonly lastSlot?: typeof DESTROY_ALL_DATA
}

export async function keyRemoveCommand(
  slot: string,
  options: KeyRemoveCommandOptions,
  console: Console,
): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const { lastSlot } = options
    const removed = await repository.keys.remove(slot, lastSlot === undefined ? {} : { lastSlot })
    if (options.json) await console.out(`${JSON.stringify({ removed })}\n`)
    else
      await console.out(
        `Removed key slot ${removed.slice(0, 8)}. Who had opened the repository with it may have kept its key.\n`,
      )
    return EXIT.done
  } finally {
    await repository.close()
  }
}
