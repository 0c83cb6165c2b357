import { Command } from 'commander'
import { type CheckCommandOptions, checkCommand } from './commands/check-command.ts'
import { type DiffCommandOptions, diffCommand } from './commands/diff-command.ts'
import { type ExportCommandOptions, exportCommand } from './commands/export-command.ts'
import { initCommand } from './commands/init-command.ts'
import { listCommand } from './commands/list-command.ts'
import { type RestoreCommandOptions, restoreCommand } from './commands/restore-command.ts'
import { showCommand } from './commands/show-command.ts'
import { type TakeCommandOptions, takeCommand } from './commands/take-command.ts'
import type { Console } from './console.ts'
import { runDemo } from './demo/run-demo.ts'
import type { GlobalOptions } from './global-options.ts'
import { list, megabytes, oneOf, percent, tags, wholeNumber } from './parse-options.ts'

/** The command line. `done` receives the exit code of the command that ran. */
export function createProgram(console: Console, done: (exitCode: number) => void): Command {
  const program = new Command('dbsnap').description(
    'Git for the database you already have: take, diff and restore snapshots.',
  )
  const command = (usage: string, description: string): Command =>
    program
      .command(usage)
      .description(description)
      .option('--repo <folder>', 'the repository (default: DBSNAP_REPO)')
      .option('--passphrase-file <path>', 'file with the passphrase (default: DBSNAP_PASSPHRASE)')
      .option('--json', 'one JSON document on stdout, or NDJSON')

  command('init', 'make a repository')
    .option('--unencrypted', 'let everybody who has the folder read the data')
    .action(async (options: GlobalOptions) => done(await initCommand(options, console)))
  command('take <url>', 'take a snapshot of a database')
    .option('--include <names>', 'tables, by name or glob', list)
    .option('--exclude <names>', 'tables to leave out', list)
    .option('--source <label>', 'name of the source (default: host:port/database)')
    .option('--tag <name=value>', 'a tag', tags)
    .option('--concurrency <n>', 'tables read at a time', wholeNumber('--concurrency', 1))
    .option('--max-rate <MB/s>', 'read no faster', megabytes)
    .action(async (url: string, options: TakeCommandOptions) => done(await takeCommand(url, options, console)))
  command('list', 'list the snapshots, newest first').action(async (options: GlobalOptions) =>
    done(await listCommand(options, console)),
  )
  command('show <snapshot>', 'show one snapshot').action(async (name: string, options: GlobalOptions) =>
    done(await showCommand(name, options, console)),
  )
  command('diff <a> <b>', 'show what changed from a to b, each a snapshot or a URL')
    .option('--include <names>', 'tables, by name or glob', list)
    .option('--kind <kinds>', 'added, removed, changed', (value: string, before?: string[]) =>
      list(value, before).map(oneOf('--kind', ['added', 'removed', 'changed'])),
    )
    .option('--limit <n>', 'show so many changes', wholeNumber('--limit', 0))
    .option('--summary', 'counts only')
    .action(async (a: string, b: string, options: DiffCommandOptions) =>
      done(await diffCommand(a, b, options, console)),
    )
  command('restore <snapshot>', 'write a snapshot into a database')
    .requiredOption('--to <url>', 'the database to write')
    .option('--include <names>', 'tables, by name or glob', list)
    .option(
      '--mode <mode>',
      'create, overwrite or append',
      oneOf('--mode', ['create', 'overwrite', 'append']),
      'create',
    )
    .option('--plan', 'show what would be done, and do nothing')
    .option('--no-safety', 'take no safety snapshot first')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: RestoreCommandOptions) => done(await restoreCommand(name, options, console)))
  command('export <snapshot>', 'write a snapshot as text')
    .requiredOption(
      '--format <format>',
      'sql, json, ndjson or csv',
      oneOf('--format', ['sql', 'json', 'ndjson', 'csv']),
    )
    .option('--include <names>', 'tables, by name or glob', list)
    .option('--output <path>', 'a file, or - for stdout', '-')
    .action(async (name: string, options: ExportCommandOptions) => done(await exportCommand(name, options, console)))
  command('check', 'check the repository')
    .option('--read-data', 'read and verify everything')
    .option('--read-data-subset <n%>', 'read and verify a share', percent)
    .action(async (options: CheckCommandOptions) => done(await checkCommand(options, console)))
  program
    .command('demo')
    .description('the whole story in a minute, on a PostgreSQL of its own')
    .action(async () => {
      const pending: Promise<void>[] = []
      const write = (text: string): void => void pending.push(console.out(text))
      await runDemo({ write, colours: console.colours.isColorSupported, signal: console.signal })
      await Promise.all(pending)
      done(0)
    })
  return program
}
