import type { RegisteredWriter } from '@dbsnap/core'
import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'
import { counted } from '../../render/amounts.ts'
import { writerTable } from '../../render/writer-table.ts'

export interface UnlockCommandOptions extends GlobalOptions {
  readonly force?: boolean
}

/** Shows who is registered, then clears those that are named, or whose lease is over. */
export async function unlockCommand(
  names: readonly string[],
  options: UnlockCommandOptions,
  console: Console,
): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const writers = await repository.writers()
    if (!options.json && writers.length > 0) await console.out(writerTable(writers))
    const { force = false } = options
    const cleared = await repository.unlock({ force, ...(names.length === 0 ? {} : { writers: names }) })
    await console.out(options.json ? `${JSON.stringify({ writers, cleared })}\n` : endText(writers, cleared))
    return EXIT.done
  } finally {
    await repository.close()
  }
}

function endText(writers: readonly RegisteredWriter[], cleared: readonly RegisteredWriter[]): string {
  if (writers.length === 0) return 'Nobody is at work here, and nobody died.\n'
  return `${counted(cleared.length, 'writer')} cleared, ${writers.length - cleared.length} left.\n`
}
