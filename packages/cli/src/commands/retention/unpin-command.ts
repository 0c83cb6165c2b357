import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'

export async function unpinCommand(name: string, options: GlobalOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const unpinned = await repository.unpin(name)
    if (options.json) await console.out(`${JSON.stringify({ unpinned })}\n`)
    else await console.out(unpinned ? `${name} is no longer pinned.\n` : `${name} was not pinned.\n`)
    return EXIT.done
  } finally {
    await repository.close()
  }
}
