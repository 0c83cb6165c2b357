import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'

export async function storedDiffForgetCommand(name: string, options: GlobalOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const forgotten = await repository.forgetDiff(name)
    if (options.json) await console.out(`${JSON.stringify({ forgotten })}\n`)
    else await console.out(`Forgot stored diff ${forgotten.slice(0, 8)}.\n`)
    return EXIT.done
  } finally {
    await repository.close()
  }
}
