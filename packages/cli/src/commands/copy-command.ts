import type { Console } from '../console.ts'
import { readEnvironment } from '../environment.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { bytes, counted } from '../render/amounts.ts'
import { progressBar } from '../render/progress-bar.ts'

export interface CopyCommandOptions extends GlobalOptions {
  readonly toPassphraseFile?: string
}

/** Copies snapshots, by default all, into the repository at `to`. */
export async function copyCommand(
  to: string,
  names: readonly string[],
  options: CopyCommandOptions,
  console: Console,
): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const other = await openOther(to, options.toPassphraseFile, console)
    const bar = progressBar(console)
    try {
      const copied = await repository.copyTo(other, {
        signal: console.signal,
        onProgress: bar.listener,
        ...(names.length === 0 ? {} : { snapshots: names }),
      })
      bar.end()
      if (options.json) await console.out(`${JSON.stringify({ copied })}\n`)
      else {
        const made = copied.filter(({ existed }) => !existed)
        for (const { from, id } of made) await console.out(`${from.slice(0, 8)} → ${id.slice(0, 8)}\n`)
        const stored = made.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
        await console.out(
          `${counted(made.length, 'snapshot')} copied, ${bytes(stored)} stored; ${copied.length - made.length} were there.\n`,
        )
      }
      return EXIT.done
    } finally {
      bar.end()
      await other.close()
    }
  } finally {
    await repository.close()
  }
}

/** As any repository is opened, with the other's secret in the place of ours. */
function openOther(repo: string, passphraseFile: string | undefined, console: Console) {
  const passphrase = readEnvironment(console.variables).DBSNAP_TO_PASSPHRASE
  const variables = { ...console.variables, DBSNAP_PASSPHRASE: passphrase }
  return openRepository(
    { repo, ...(passphraseFile === undefined ? {} : { passphraseFile }) },
    { ...console, variables },
  )
}
