import type { ChangeKind, DatabaseSource, DiffOptions, Repository } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { databaseAt, isUrl } from '../database-url.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { collectionNoun } from '../render/collection-noun.ts'
import { progressBar } from '../render/progress-bar.ts'
import { showDifferences } from '../render/show-differences.ts'
import { storedDiffText } from '../render/stored-diff-table.ts'

export interface DiffCommandOptions extends GlobalOptions {
  readonly include?: string[]
  readonly kind?: string[]
  readonly limit?: number
  readonly summary?: boolean
  readonly fieldOrder?: boolean
  readonly jsonPatch?: boolean
  readonly store?: boolean
}

export async function diffCommand(
  a: string,
  b: string,
  options: DiffCommandOptions,
  console: Console,
): Promise<number> {
  const left = sideOf(a)
  const right = sideOf(b)
  const repository = await openRepository(options, console)
  const bar = progressBar(console)
  try {
    const wanted = diffOptions(options, console, bar.listener)
    if (options.store) {
      const stored = await repository.storeDiff(left, right, wanted)
      bar.end()
      await console.out(options.json ? `${JSON.stringify(stored)}\n` : storedDiffText(stored))
      const { added, removed, changed, schema } = stored.counts
      return added + removed + changed + schema > 0 ? EXIT.differs : EXIT.done
    }
    const noun = collectionNoun(await engineOf(repository, left))
    // What is shown and a bar would write over each other.
    const shown = { ...options, noun, onShow: () => bar.end() }
    const differs = await showDifferences(repository.diff(left, right, wanted), shown, console)
    return differs ? EXIT.differs : EXIT.done
  } finally {
    bar.end()
    await repository.close()
  }
}

async function engineOf(repository: Repository, side: string | DatabaseSource): Promise<string> {
  return typeof side === 'string' ? (await repository.get(side)).source.engine : side.engine
}

function sideOf(side: string): string | DatabaseSource {
  return isUrl(side) ? databaseAt(side) : side
}

function diffOptions(
  options: DiffCommandOptions,
  console: Console,
  onProgress: ReturnType<typeof progressBar>['listener'],
): DiffOptions {
  const limit = options.summary ? 0 : options.limit
  return {
    signal: console.signal,
    onProgress,
    ...(options.include === undefined ? {} : { include: options.include }),
    ...(options.kind === undefined ? {} : { kinds: options.kind as ChangeKind[] }),
    ...(limit === undefined ? {} : { limit }),
    fieldOrder: options.fieldOrder ?? false,
    jsonPatch: options.jsonPatch ?? false,
  }
}
