import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'
import { collectionNoun } from '../../render/collection-noun.ts'
import { showDifferences } from '../../render/show-differences.ts'

export interface StoredDiffShowCommandOptions extends GlobalOptions {
  readonly summary?: boolean
}

export async function storedDiffShowCommand(
  name: string,
  options: StoredDiffShowCommandOptions,
  console: Console,
): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const { id, left } = await repository.getDiff(name)
    const shown = { ...options, noun: collectionNoun(left.source.engine) }
    const differences = repository.readDiff(id, { signal: console.signal })
    return (await showDifferences(differences, shown, console)) ? EXIT.differs : EXIT.done
  } finally {
    await repository.close()
  }
}
