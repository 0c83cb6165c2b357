import { type ChangeKind, type DatabaseSource, type Difference, hasDifferences, type Repository } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { databaseAt, isUrl } from '../database-url.ts'
import { EXIT } from '../exit-codes.ts'
import { GatheredOutput } from '../gathered-output.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { collectionNoun } from '../render/collection-noun.ts'
import { DiffPage } from '../render/diff-page.ts'
import { progressBar } from '../render/progress-bar.ts'

export interface DiffCommandOptions extends GlobalOptions {
  readonly include?: string[]
  readonly kind?: string[]
  readonly limit?: number
  readonly summary?: boolean
  readonly fieldOrder?: boolean
  readonly jsonPatch?: boolean
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
  const output = new GatheredOutput(console)
  let differs = false
  try {
    const page = new DiffPage(collectionNoun(await engineOf(repository, left)), console.colours)
    for await (const difference of compare(repository, left, right, options, console, bar.listener)) {
      if (difference.type === 'summary') differs = hasDifferences(difference)
      else if (options.summary) continue
      // What is shown and a bar would write over each other.
      bar.end()
      await output.add(options.json ? `${JSON.stringify(difference)}\n` : page.text(difference))
    }
    await output.flush()
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

function compare(
  repository: Repository,
  left: string | DatabaseSource,
  right: string | DatabaseSource,
  options: DiffCommandOptions,
  console: Console,
  onProgress: ReturnType<typeof progressBar>['listener'],
): AsyncGenerator<Difference, void> {
  const limit = options.summary ? 0 : options.limit
  return repository.diff(left, right, {
    signal: console.signal,
    onProgress,
    ...(options.include === undefined ? {} : { include: options.include }),
    ...(options.kind === undefined ? {} : { kinds: options.kind as ChangeKind[] }),
    ...(limit === undefined ? {} : { limit }),
    fieldOrder: options.fieldOrder ?? false,
    jsonPatch: options.jsonPatch ?? false,
  })
}
