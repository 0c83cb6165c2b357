import { ERROR_CODES, type ErrorCode } from '@dbsnap/core/errors'
import { ERROR_ADVICE } from './error-advice.ts'

const HEAD = `# Errors

<!-- Made by \`npm run docs:errors\` from packages/core/src/errors/error-codes.ts and scripts/docs/error-advice.ts. -->

Every error that DBSnap throws on purpose is a \`DbSnapError\` with a stable \`code\`, a \`message\` that names the thing, a
\`hint\`, facts in \`data\`, and \`retryable\`: whether the same call, unchanged, may succeed later. No error holds a record's
values, a key or a credential. Recognise errors by \`code\`:

\`\`\`ts
import { isDbSnapError, type Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'

export async function takeWhenItSuits(repository: Repository, url: string): Promise<boolean> {
  try {
    await repository.take(postgres(url))
    return true
  } catch (error) {
    if (isDbSnapError(error) && error.retryable) return false
    throw error
  }
}
\`\`\`

The command line prints message and hint to stderr, with \`--json\` \`{"error":{"code","message","hint","retryable"}}\` to
stdout, and ends with the exit code. What nobody foresaw has the code \`UNEXPECTED\` there and ends with 1.

| code | exit | again? | means | what to do |
| --- | --- | --- | --- | --- |
`

/** The whole of `docs/errors.md`. */
export function renderErrorDocs(): string {
  const rows = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
    const { exit, retryable, meaning } = ERROR_CODES[code]
    return `| \`${code}\` | ${exit} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${ERROR_ADVICE[code]} |\n`
  })
  return HEAD + rows.join('')
}
