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
    const other = await openOther(to, options, console)
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

/** Secrets of ours that might open, or offend, the other repository. */
const OURS = {
  DBSNAP_KEY_FILE: undefined,
  DBSNAP_MASTER_KEY: undefined,
  DBSNAP_RECOVERY_KEY: undefined,
  DBSNAP_AWS_KMS: undefined,
}

/** With the other's passphrase where one is given; else with what opens ours, but for its passphrase. */
function openOther(repo: string, { toPassphraseFile, cache, cacheSize }: CopyCommandOptions, console: Console) {
  const passphrase = readEnvironment(console.variables).DBSNAP_TO_PASSPHRASE
  const isGiven = passphrase !== undefined || toPassphraseFile !== undefined
  const variables = { ...console.variables, ...(isGiven ? OURS : {}), DBSNAP_PASSPHRASE: passphrase }
  return openRepository(
    {
      repo,
      ...(cache === undefined ? {} : { cache }),
      ...(cacheSize === undefined ? {} : { cacheSize }),
      ...(toPassphraseFile === undefined ? {} : { passphraseFile: toPassphraseFile }),
    },
    { ...console, variables },
  )
}
