import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'
import { storedDiffTable } from '../../render/stored-diff-table.ts'

export async function storedDiffListCommand(options: GlobalOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const diffs = await repository.diffs()
    if (options.json) await console.out(`${JSON.stringify(diffs)}\n`)
    else if (diffs.length === 0) await console.out('No diff is stored. Store one: dbsnap diff <a> <b> --store\n')
    else await console.out(storedDiffTable(diffs))
    return EXIT.done
  } finally {
    await repository.close()
  }
}
