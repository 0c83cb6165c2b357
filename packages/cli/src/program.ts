import { Command } from 'commander'
import { type CheckCommandOptions, checkCommand } from './commands/check-command.ts'
import { type CopyCommandOptions, copyCommand } from './commands/copy-command.ts'
import { type DemoCommandOptions, demoCommand } from './commands/demo-command.ts'
import { type DiffCommandOptions, diffCommand } from './commands/diff-command.ts'
import { type ExportCommandOptions, exportCommand } from './commands/export-command.ts'
import { initCommand } from './commands/init-command.ts'
import { addKeyCommands } from './commands/key/add-key-commands.ts'
import { listCommand } from './commands/list-command.ts'
import { addPruningCommands } from './commands/pruning/add-pruning-commands.ts'
import { type RestoreCommandOptions, restoreCommand } from './commands/restore-command.ts'
import { addRetentionCommands } from './commands/retention/add-retention-commands.ts'
import { showCommand } from './commands/show-command.ts'
import { statsCommand } from './commands/stats-command.ts'
import { addStoredDiffCommands } from './commands/stored-diff/add-stored-diff-commands.ts'
import { type TakeCommandOptions, takeCommand } from './commands/take-command.ts'
import { validateStoreCommand } from './commands/validate-store-command.ts'
import type { Console } from './console.ts'
import { CONSISTENCIES, definerPolicy } from './database-url.ts'
import { DEMO_ENGINES } from './demo/demo-engine.ts'
import type { GlobalOptions } from './global-options.ts'
import { list, megabytes, oneOf, percent, tags, wholeNumber } from './parse-options.ts'

const INCLUDE = ['--include <names>', 'tables, by name or glob', list] as const

/** The command line. `done` receives the exit code of the command that ran. */
export function createProgram(console: Console, done: (exitCode: number) => void): Command {
  const program = new Command('dbsnap')
    .description('Git for the database you already have: take, diff and restore snapshots.')
    // Known before and after the command's name.
    .option('--repo <place>', 'the repository, a folder or s3://bucket/prefix (default: DBSNAP_REPO)')
    .option('--passphrase-file <path>', 'file with the passphrase (default: DBSNAP_PASSPHRASE)')
    .option('--key-file <path>', 'a key file in its place (default: DBSNAP_KEY_FILE)')
    .option('--recovery-key-file <path>', 'file with the recovery key (default: DBSNAP_RECOVERY_KEY)')
    .option('--json', 'one JSON document on stdout, or NDJSON')
    .configureHelp({ showGlobalOptions: true })
  addSnapshotCommands(program, console, done)
  addDatabaseCommands(program, console, done)
  addRetentionCommands(program, console, done)
  addPruningCommands(program, console, done)
  addStoredDiffCommands(program, console, done)
  addKeyCommands(program, console, done)
  addStoreCommands(program, console, done)
  program
    .command('demo [engine]')
    .description('the whole story in a minute, on a database of its own: postgres (default), mysql or mongodb')
    .option('--url <url>', 'a server to make that database on, whose user may do so (default: a server of its own)')
    .action(async (engine: string | undefined, _, command: Command) => {
      const name = engine === undefined ? undefined : oneOf('the demo', DEMO_ENGINES)(engine)
      done(await demoCommand(name, command.optsWithGlobals<DemoCommandOptions>(), console))
    })
  for (const command of program.commands) command.configureHelp({ showGlobalOptions: true })
  return program
}

/** What needs a repository and no database. */
function addSnapshotCommands(program: Command, console: Console, done: (exitCode: number) => void): void {
  program
    .command('init')
    .description('make a repository')
    .option('--unencrypted', 'let everybody who has the folder read the data')
    .option('--no-recovery-key', 'make and show no recovery key')
    .option('--recovery-key-out <path>', 'write the recovery key to a new file instead of showing it')
    .action(async (_, command: Command) => done(await initCommand(command.optsWithGlobals(), console)))
  program
    .command('list')
    .description('list the snapshots, newest first')
    .action(async (_, command: Command) => done(await listCommand(command.optsWithGlobals(), console)))
  program
    .command('show <snapshot>')
    .description('show one snapshot')
    .action(async (name: string, _, command: Command) =>
      done(await showCommand(name, command.optsWithGlobals<GlobalOptions>(), console)),
    )
  program
    .command('export <snapshot>')
    .description('write a snapshot as text')
    .requiredOption(
      '--format <format>',
      'sql, bson, json, ndjson or csv',
      oneOf('--format', ['sql', 'bson', 'json', 'ndjson', 'csv']),
    )
    .option(...INCLUDE)
    .option('--fields <paths>', 'fields of documents for csv, as in _id,address.city', list)
    .option('--relaxed', 'documents as relaxed extended JSON')
    .option('--output <path>', 'a file, or - for stdout', '-')
    .action(async (name: string, _, command: Command) =>
      done(await exportCommand(name, command.optsWithGlobals<ExportCommandOptions>(), console)),
    )
  program
    .command('copy <repo> [snapshots...]')
    .description('copy snapshots (default: all) into another repository')
    .option('--to-passphrase-file <path>', "file with the other's passphrase (default: DBSNAP_TO_PASSPHRASE)")
    .action(async (to: string, names: string[], _, command: Command) =>
      done(await copyCommand(to, names, command.optsWithGlobals<CopyCommandOptions>(), console)),
    )
  program
    .command('stats')
    .description('where the bytes of the repository are')
    .action(async (_, command: Command) => done(await statsCommand(command.optsWithGlobals<GlobalOptions>(), console)))
  program
    .command('check')
    .description('check the repository')
    .option('--read-data', 'read and verify everything')
    .option('--read-data-subset <n%>', 'read and verify a share', percent('--read-data-subset', 0.001))
    .option('--repair-index', 'write the index anew from the packs first')
    .action(async (_, command: Command) =>
      done(await checkCommand(command.optsWithGlobals<CheckCommandOptions>(), console)),
    )
}

/** What looks at the place alone, whether a repository lies there or not. */
function addStoreCommands(program: Command, console: Console, done: (exitCode: number) => void): void {
  program
    .command('validate-store')
    .description('try on the folder or bucket itself, in a folder of its own, what a repository needs of it')
    .action(async (_, command: Command) => done(await validateStoreCommand(command.optsWithGlobals(), console)))
}

/** What reads or writes a database. */
function addDatabaseCommands(program: Command, console: Console, done: (exitCode: number) => void): void {
  program
    .command('take <url>')
    .description('take a snapshot of a database')
    .option(...INCLUDE)
    .option('--exclude <names>', 'tables to leave out', list)
    .option('--source <label>', 'name of the source (default: host:port/database)')
    .option('--tag <name=value>', 'a tag; may be repeated', tags)
    .option('--concurrency <n>', 'tables read at a time (default: 2)', wholeNumber('--concurrency', 1))
    .option('--max-rate <MB/s>', 'read no faster', megabytes)
    .option(
      '--consistency <kind>',
      'of a MongoDB: best, snapshot, collection or catch-up',
      oneOf('--consistency', CONSISTENCIES),
    )
    .action(async (url: string, _, command: Command) =>
      done(await takeCommand(url, command.optsWithGlobals<TakeCommandOptions>(), console)),
    )
  program
    .command('diff <a> <b>')
    .description('show what changed from a to b, each a snapshot or a URL')
    .option(...INCLUDE)
    .option('--kind <kinds>', 'added, removed, changed', (value: string, before?: string[]) =>
      list(value, before).map(oneOf('--kind', ['added', 'removed', 'changed'])),
    )
    .option('--limit <n>', 'show so many changes', wholeNumber('--limit', 0))
    .option('--summary', 'counts only')
    .option('--field-order', 'show documents in which only the order of fields differs')
    .option('--json-patch', 'with --json: an RFC 6902 patch of each changed document')
    .option('--store', 'keep the diff in the repository instead of showing it')
    .action(async (a: string, b: string, _, command: Command) =>
      done(await diffCommand(a, b, command.optsWithGlobals<DiffCommandOptions>(), console)),
    )
  const modes = ['create', 'overwrite', 'append'] as const
  program
    .command('restore <snapshot>')
    .description('write a snapshot into a database')
    .requiredOption('--to <url>', 'the database to write')
    .option(...INCLUDE)
    .option('--mode <mode>', 'create, overwrite or append', oneOf('--mode', modes), 'create')
    .option(
      '--definer <policy>',
      'of views, triggers and routines: keep, drop or an account (MySQL; default: keep)',
      definerPolicy,
    )
    .option('--plan', 'show what would be done, and do nothing')
    .option('--no-safety', 'take no safety snapshot first')
    .option('--yes', 'do not ask')
    .action(async (name: string, _, command: Command) =>
      done(await restoreCommand(name, command.optsWithGlobals<RestoreCommandOptions>(), console)),
    )
}
