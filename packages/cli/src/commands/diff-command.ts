import { type ChangeKind, hasDifferences } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { databaseAt, isUrl } from '../database-url.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { changeText, schemaText, summaryText } from '../render/diff-text.ts'

export interface DiffCommandOptions extends GlobalOptions {
  readonly include?: string[]
  readonly kind?: string[]
  readonly limit?: number
  readonly summary?: boolean
}

export async function diffCommand(
  a: string,
  b: string,
  options: DiffCommandOptions,
  console: Console,
): Promise<number> {
  const [left, right] = [a, b].map((side) => (isUrl(side) ? databaseAt(side) : side)) as [string, string]
  const repository = await openRepository(options, console)
  let differs = false
  let collection = ''
  try {
    const limit = options.summary ? 0 : options.limit
    const differences = repository.diff(left, right, {
      signal: console.signal,
      ...(options.include === undefined ? {} : { include: options.include }),
      ...(options.kind === undefined ? {} : { kinds: options.kind as ChangeKind[] }),
      ...(limit === undefined ? {} : { limit }),
    })
    for await (const difference of differences) {
      if (difference.type === 'summary') differs = hasDifferences(difference)
      else if (options.summary) continue
      if (options.json) {
        await console.out(`${JSON.stringify(difference)}\n`)
        continue
      }
      const { colours } = console
      if (difference.type === 'change') {
        if (difference.collection !== collection)
          await console.out(`${collection === '' ? '' : '\n'}${colours.underline(difference.collection)}\n`)
        collection = difference.collection
        await console.out(changeText(difference, colours))
      } else if (difference.type === 'schema') {
        if (collection !== '\0') await console.out(`${collection === '' ? '' : '\n'}${colours.underline('schema')}\n`)
        collection = '\0'
        await console.out(schemaText(difference, colours))
      } else await console.out(`${collection === '' ? '' : '\n'}${summaryText(difference, colours)}`)
    }
    return differs ? EXIT.differs : EXIT.done
  } finally {
    await repository.close()
  }
}
