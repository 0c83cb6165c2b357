import { randomBytes, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, repositoryFolder, repositoryStore } from '../global-options.ts'
import { counted } from '../render/amounts.ts'

/** Tries the laws of the port on the store that was named, whether a repository lies in it or not. */
export async function validateStoreCommand(options: GlobalOptions, console: Console): Promise<number> {
  // Loaded here: no other command needs the laws.
  const { validateObjectStore } = await import('@dbsnap/adapter-test-kit')
  const scratch = `validate-store-${randomUUID()}`
  const folder = repositoryFolder(options, console)
  const report = await validateObjectStore(() => repositoryStore(options, console), {
    randomness: { bytes: randomBytes },
    scratch,
    signal: console.signal,
    onLaw: ({ name, holds }) => console.message(`${name}: ${holds ? 'holds' : 'BROKEN'}\n`),
  }).finally(async () => {
    // A store removes files; in a folder the empty folders of the scratch place are left.
    if (folder !== undefined) await rm(join(folder, scratch), { recursive: true, force: true })
  })
  if (options.json) await console.out(`${JSON.stringify(report)}\n`)
  else {
    const { red, green } = console.colours
    for (const { name, promise, holds, problem } of report.laws)
      await console.out(`${holds ? green('holds ') : red('broken')} ${name}: ${holds ? promise : problem}\n`)
    const broken = report.laws.filter((law) => !law.holds).length
    await console.out(
      report.holds
        ? `${green('Fit')} for a repository: all ${counted(report.laws.length, 'law')} hold.\n`
        : `${red('Unfit')} for a repository: ${counted(broken, 'law')} of ${report.laws.length} broken.\n`,
    )
  }
  return report.holds ? EXIT.done : EXIT.differs
}
