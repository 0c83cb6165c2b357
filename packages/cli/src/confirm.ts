import { ConfirmationRequiredError } from '@dbsnap/core'
import type { Console } from './console.ts'

/** What is asked, and what is said where nobody agreed. */
export interface Confirmation {
  /** `--yes`: do not ask. */
  readonly yes: boolean | undefined
  readonly question: string
  readonly refusal: string
  readonly hint: string
}

/** Resolves when `--yes` was given or a person types yes. Fails with `ConfirmationRequiredError`. */
export async function confirm({ yes, question, refusal, hint }: Confirmation, console: Console): Promise<void> {
  if (yes) return
  if (console.interactive && (await console.ask(`${question} Type yes: `)).trim() === 'yes') return
  throw new ConfirmationRequiredError(refusal, { hint })
}
