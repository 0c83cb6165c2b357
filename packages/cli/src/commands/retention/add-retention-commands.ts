import type { Command } from 'commander'
import type { Console } from '../../console.ts'
import type { GlobalOptions } from '../../global-options.ts'
import { keepCount, list } from '../../parse-options.ts'
import { type ForgetCommandOptions, forgetCommand } from './forget-command.ts'
import { type PinCommandOptions, pinCommand } from './pin-command.ts'
import { KEPT_SPANS } from './policy-options.ts'
import { unpinCommand } from './unpin-command.ts'

/** `forget`, `pin` and `unpin`: which snapshots stay. */
export function addRetentionCommands(program: Command, console: Console, done: (exitCode: number) => void): void {
  withPolicy(program.command('forget [snapshots...]'))
    .description('forget snapshots by name, or those that no rule keeps, source by source')
    .option('--source <label>', 'only snapshots of this source; may be repeated', list)
    .option('--tag <key[=value]>', 'only snapshots with this tag; may be repeated', list)
    .option('--allow-last', 'even the last good snapshot of a source')
    .option('--dry-run', 'say what would be forgotten and why the rest is kept, and do nothing')
    .option('--yes', 'do not ask')
    .option('--prune', 'then prune')
    .action(async (names: string[], _, command: Command) =>
      done(await forgetCommand(names, command.optsWithGlobals<ForgetCommandOptions>(), console)),
    )
  program
    .command('pin <snapshot>')
    .description('keep a snapshot from being forgotten; replaces an earlier pin')
    .option('--until <time>', 'a date, a time or a duration such as 30d after which the pin ends (default: never)')
    .option('--reason <text>', 'why')
    .action(async (name: string, _, command: Command) =>
      done(await pinCommand(name, command.optsWithGlobals<PinCommandOptions>(), console)),
    )
  program
    .command('unpin <snapshot>')
    .description('take the pin of a snapshot away')
    .action(async (name: string, _, command: Command) =>
      done(await unpinCommand(name, command.optsWithGlobals<GlobalOptions>(), console)),
    )
}

function withPolicy(command: Command): Command {
  command.option('--keep-last <n>', 'keep the newest n (or unlimited)', keepCount('--keep-last'))
  for (const [adjective, noun] of Object.entries(KEPT_SPANS)) {
    const option = `--keep-${adjective}`
    command.option(`${option} <n>`, `keep the newest of each of the last n ${noun} that have one`, keepCount(option))
  }
  command.option('--keep-within <duration>', 'keep all of a duration, as in 7d or 1y6m, before the newest')
  for (const [adjective, noun] of Object.entries(KEPT_SPANS)) {
    command.option(`--keep-within-${adjective} <duration>`, `keep the newest of each of the ${noun} within a duration`)
  }
  return command
    .option('--keep-tag <key[=value]>', 'keep what has this tag; may be repeated', list)
    .option('--time-zone <name>', 'whose hours, days, ... are meant (default: UTC)')
}
