import type { Command } from 'commander'
import type { Console } from '../../console.ts'
import { percent } from '../../parse-options.ts'
import { type PruneCommandOptions, pruneCommand } from './prune-command.ts'
import { type UnlockCommandOptions, unlockCommand } from './unlock-command.ts'

/** `prune` and `unlock`: the space that nothing needs. */
export function addPruningCommands(program: Command, console: Console, done: (exitCode: number) => void): void {
  program
    .command('prune')
    .description('mark what no snapshot needs, and delete what was marked long enough ago')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--purge', 'leave nothing of what was forgotten: store whole what rests on it')
    .option('--grace <duration>', 'how long what is marked stays, as in 2h or 1d; 0: not at all (default: 1h)')
    .option('--max-unused <n%>', 'how much of a pack may be unneeded (default: 10%)', percent('--max-unused', 0))
    .action(async (_, command: Command) =>
      done(await pruneCommand(command.optsWithGlobals<PruneCommandOptions>(), console)),
    )
  program
    .command('unlock [writers...]')
    .description('show who is at work in the repository, and clear what a dead one left')
    .option('--force', 'clear those that are named even if they may be alive: they lose their work')
    .action(async (names: string[], _, command: Command) =>
      done(await unlockCommand(names, command.optsWithGlobals<UnlockCommandOptions>(), console)),
    )
}
