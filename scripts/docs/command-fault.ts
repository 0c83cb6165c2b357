import { UsageError } from '@dbsnap/core/errors'
import { createProgram } from '../../packages/cli/src/program.ts'

type Program = ReturnType<typeof createProgram>

/** Options of every command, which the tables of the documents do not repeat. */
const GLOBAL_OPTIONS = [
  '--repo',
  '--passphrase-file',
  '--key-file',
  '--aws-kms',
  '--recovery-key-file',
  '--json',
  '--help',
]

/** What is wrong with a `dbsnap ...` command as the real program would read it, or undefined. Runs nothing. */
export async function commandFault(line: string): Promise<string | undefined> {
  const words = shellWords(line)
  words.shift()
  const said: string[] = []
  const program = idleProgram(said)
  // A command named without its arguments is a name and no line to type.
  const name = words.join(' ')
  if (program.commands.some((command) => command.name() === name) || leaves(program).has(name)) return undefined
  try {
    await program.parseAsync(words, { from: 'user' })
    return undefined
  } catch (error) {
    if ((error as { exitCode?: number }).exitCode === 0) return undefined
    if (error instanceof UsageError) return error.message
    return said.join(' ').trim() || (error as Error).message
  }
}

/** What is wrong with a command's usage as a table shows it (`take <url> [--tag k=v]`): options missing or made up. */
export function usageFaults(usage: string): string[] {
  const found = [...leaves(idleProgram([]))].find(([path]) => `${usage} `.startsWith(`${path} `))
  if (found === undefined) return [`there is no command ${usage.split(' ')[0]}`]
  const [name, command] = found
  const shown = new Set(usage.match(/--[a-z-]+/g) ?? [])
  const real = command.options.map(({ long }) => long as string).filter((option) => !GLOBAL_OPTIONS.includes(option))
  return [
    ...real.filter((option) => !shown.has(option)).map((option) => `${name} has ${option}, which is not shown`),
    ...[...shown].filter((option) => !real.includes(option)).map((option) => `${name} has no ${option}`),
  ]
}

/** Names of all commands: of one below another, both. */
export function commandNames(): string[] {
  return [...leaves(idleProgram([])).keys()]
}

/** The commands that do something, by their names. */
function leaves(program: Program, path = ''): Map<string, Program> {
  const found = new Map<string, Program>()
  for (const command of program.commands) {
    const name = path + command.name()
    if (command.commands.length === 0) found.set(name, command)
    for (const [below, leaf] of leaves(command, `${name} `)) found.set(below, leaf)
  }
  return found
}

/** The real program, of which every command does nothing. */
function idleProgram(said: string[]): Program {
  const nothing = (): void => {}
  const program = createProgram({} as Parameters<typeof createProgram>[0], nothing)
  const silence = (command: Program): void => {
    command.exitOverride().configureOutput({ writeOut: nothing, writeErr: (text) => void said.push(text) })
    if (command.commands.length === 0) command.action(nothing)
    command.commands.forEach(silence)
  }
  silence(program)
  return program
}

/** Splits as a shell does: blanks outside of quotes, a comment at the end, a pipe or redirection ends the command. */
function shellWords(line: string): string[] {
  const words: string[] = []
  for (const [word] of line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)) {
    if (word.startsWith('#') || /^([|;]|&&|\d?>)/.test(word)) break
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'))
  }
  return words
}
