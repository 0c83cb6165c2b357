import { type Difference, hasDifferences } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { GatheredOutput } from '../gathered-output.ts'
import { DiffPage } from './diff-page.ts'

export interface ShowDifferencesOptions {
  /** NDJSON instead of a page. */
  readonly json?: boolean
  /** The counts alone. */
  readonly summary?: boolean
  /** What a collection is called. */
  readonly noun: string
  /** Called before each difference is shown. */
  readonly onShow?: () => void
}

/** Shows a diff as it comes. Resolves with whether there was any difference. */
export async function showDifferences(
  differences: AsyncIterable<Difference>,
  { json, summary, noun, onShow }: ShowDifferencesOptions,
  console: Console,
): Promise<boolean> {
  const output = new GatheredOutput(console)
  const page = new DiffPage(noun, console.colours)
  let differs = false
  for await (const difference of differences) {
    if (difference.type === 'summary') differs = hasDifferences(difference)
    else if (summary) continue
    onShow?.()
    await output.add(json ? `${JSON.stringify(difference)}\n` : page.text(difference))
  }
  await output.flush()
  return differs
}
