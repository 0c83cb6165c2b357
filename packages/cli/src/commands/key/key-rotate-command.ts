import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { openRepository } from '../../global-options.ts'
import { type NewKeyCommandOptions, newKey } from './new-key.ts'

export async function keyRotateCommand(
  slot: string | undefined,
  options: NewKeyCommandOptions,
  console: Console,
): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const rotated = await repository.keys.rotate(slot, await newKey(options, console))
    if (options.json) await console.out(`${JSON.stringify(rotated)}\n`)
    else {
      const { added, removed } = rotated
      await console.out(
        `Key slot ${added.slice(0, 8)} has taken the place of ${removed.slice(0, 8)}. No data was written again.\n`,
      )
    }
    return EXIT.done
  } finally {
    await repository.close()
  }
}
