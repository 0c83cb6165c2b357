import { DESTROY_ALL_DATA } from '@dbsnap/core'
import type { Command } from 'commander'
import type { Console } from '../../console.ts'
import type { GlobalOptions } from '../../global-options.ts'
import { oneOf } from '../../parse-options.ts'
import { type KeyAddCommandOptions, keyAddCommand } from './key-add-command.ts'
import { keyListCommand } from './key-list-command.ts'
import { type KeyRemoveCommandOptions, keyRemoveCommand } from './key-remove-command.ts'
import { keyRotateCommand } from './key-rotate-command.ts'
import type { NewKeyCommandOptions } from './new-key.ts'

/** `dbsnap key`: the secrets that open a repository. */
export function addKeyCommands(program: Command, console: Console, done: (exitCode: number) => void): void {
  const key = program.command('key').description('list, add, remove and rotate the keys of the repository')
  key
    .command('list')
    .description('list the key slots')
    .action(async (_, command: Command) =>
      done(await keyListCommand(command.optsWithGlobals<GlobalOptions>(), console)),
    )
  withNewKey(key.command('add'))
    .description('add a key; no data is written again')
    .option('--label <text>', 'what to call it; whoever has the store can read it')
    .action(async (_, command: Command) =>
      done(await keyAddCommand(command.optsWithGlobals<KeyAddCommandOptions>(), console)),
    )
  key
    .command('remove <slot>')
    .description('remove a key, by the id or the label of its slot')
    .option(
      `--last-slot <word>`,
      `remove it even if it is the last one, after which nobody can read the data: ${DESTROY_ALL_DATA}`,
      oneOf('--last-slot', [DESTROY_ALL_DATA]),
    )
    .action(async (slot: string, _, command: Command) =>
      done(await keyRemoveCommand(slot, command.optsWithGlobals<KeyRemoveCommandOptions>(), console)),
    )
  withNewKey(key.command('rotate [slot]'))
    .description('put a new key in the place of one (default: the one this opens the repository with)')
    .action(async (slot: string | undefined, _, command: Command) =>
      done(await keyRotateCommand(slot, command.optsWithGlobals<NewKeyCommandOptions>(), console)),
    )
  for (const command of key.commands) command.configureHelp({ showGlobalOptions: true })
}

function withNewKey(command: Command): Command {
  return command
    .option('--new-passphrase-file <path>', 'file with the new passphrase (default: DBSNAP_NEW_PASSPHRASE)')
    .option('--new-key-file <path>', 'a key file; made, for its owner alone, where there is none')
    .option('--new-master-key', 'the master key in DBSNAP_NEW_MASTER_KEY')
    .option('--new-aws-kms <key>', 'a key of AWS KMS, by ARN, id or alias/name')
    .option('--new-recovery-key', 'a recovery key, shown once')
    .option('--recovery-key-out <path>', 'write the recovery key to a new file instead')
}
