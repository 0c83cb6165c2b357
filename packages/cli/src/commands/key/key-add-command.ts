import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { openRepository } from '../../global-options.ts'
import { type NewKeyCommandOptions, newKey } from './new-key.ts'

export interface KeyAddCommandOptions extends NewKeyCommandOptions {
  readonly label?: string
}

export async function keyAddCommand(options: KeyAddCommandOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const key = await newKey(options, console)
    const added = await repository.keys.add({
      ...key,
      ...(options.label === undefined ? {} : { label: options.label }),
    })
    if (options.json) await console.out(`${JSON.stringify({ added })}\n`)
    else await console.out(`Added key slot ${added.slice(0, 8)}.\n`)
    return EXIT.done
  } finally {
    await repository.close()
  }
}
