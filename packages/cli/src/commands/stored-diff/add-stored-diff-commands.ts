import type { Command } from 'commander'
import type { Console } from '../../console.ts'
import type { GlobalOptions } from '../../global-options.ts'
import { storedDiffForgetCommand } from './stored-diff-forget-command.ts'
import { storedDiffListCommand } from './stored-diff-list-command.ts'
import { type StoredDiffShowCommandOptions, storedDiffShowCommand } from './stored-diff-show-command.ts'

/** `dbsnap stored-diff`: what `diff --store` has kept. */
export function addStoredDiffCommands(program: Command, console: Console, done: (exitCode: number) => void): void {
  const storedDiff = program.command('stored-diff').description('list, show and forget diffs that are kept')
  storedDiff
    .command('list')
    .description('list the stored diffs, newest first')
    .action(async (_, command: Command) =>
      done(await storedDiffListCommand(command.optsWithGlobals<GlobalOptions>(), console)),
    )
  storedDiff
    .command('show <diff>')
    .description('show a stored diff, as diff would')
    .option('--summary', 'counts only')
    .action(async (name: string, _, command: Command) =>
      done(await storedDiffShowCommand(name, command.optsWithGlobals<StoredDiffShowCommandOptions>(), console)),
    )
  storedDiff
    .command('forget <diff>')
    .description('take a stored diff out of the repository')
    .action(async (name: string, _, command: Command) =>
      done(await storedDiffForgetCommand(name, command.optsWithGlobals<GlobalOptions>(), console)),
    )
  for (const command of storedDiff.commands) command.configureHelp({ showGlobalOptions: true })
}
