import type { PruneOptions } from '@dbsnap/core'
import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'
import { pruneText } from '../../render/prune-text.ts'

export interface PruneCommandOptions extends GlobalOptions, Pick<PruneOptions, 'dryRun' | 'purge' | 'maxUnused'> {
  readonly grace?: string
}

export async function pruneCommand(options: PruneCommandOptions, console: Console): Promise<number> {
  const { dryRun = false, purge = false, grace, maxUnused } = options
  const repository = await openRepository(options, console)
  try {
    const report = await repository.prune({
      dryRun,
      purge,
      signal: console.signal,
      ...(grace === undefined ? {} : { grace: grace === '0' ? 0 : grace }),
      ...(maxUnused === undefined ? {} : { maxUnused }),
    })
    await console.out(options.json ? `${JSON.stringify(report)}\n` : pruneText(report))
    return EXIT.done
  } finally {
    await repository.close()
  }
}
