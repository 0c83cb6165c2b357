import { type DbSnapError, isDbSnapError } from '@dbsnap/core'
import { type Command, CommanderError } from 'commander'
import type { Console } from './console.ts'
import { EXIT, exitCodeOf, isAbort } from './exit-codes.ts'
import { createProgram } from './program.ts'

/** Runs one command line and resolves with its exit code. `args` are those after the program's name. */
export async function run(args: readonly string[], console: Console): Promise<number> {
  let exitCode: number = EXIT.done
  const json = args.includes('--json')
  const program = createProgram(console, (code) => {
    exitCode = code
  })
  quiet(program, console, json)
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return commanderExit(error, console, json)
    await report(error, console, json)
    return exitCodeOf(error)
  }
}

/** Commander writes and exits by itself unless told otherwise. */
function quiet(command: Command, console: Console, json: boolean): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void console.out(text),
    writeErr: (text) => (json ? undefined : console.message(text)),
  })
  for (const part of command.commands) quiet(part, console, json)
}

async function commanderExit(error: CommanderError, console: Console, json: boolean): Promise<number> {
  if (error.exitCode === 0) return EXIT.done
  if (json)
    await console.out(
      errorJson({ code: 'USAGE', message: error.message, hint: 'See dbsnap --help.', retryable: false }),
    )
  return EXIT.usage
}

async function report(error: unknown, console: Console, json: boolean): Promise<void> {
  const shown = describe(error)
  if (json) return console.out(errorJson(shown))
  console.message(`${console.colours.red('error')} ${shown.message} ${console.colours.dim(`[${shown.code}]`)}\n`)
  if (shown.hint !== '') console.message(`  ${shown.hint}\n`)
}

type Shown = Pick<DbSnapError, 'message' | 'hint' | 'retryable'> & { readonly code: string }

function describe(error: unknown): Shown {
  if (isDbSnapError(error)) return error
  if (isAbort(error)) return { code: 'INTERRUPTED', message: 'interrupted', hint: '', retryable: true }
  // Its message is not ours and might hold anything; where it was thrown helps who reports it.
  const name = error instanceof Error ? error.name : typeof error
  const place =
    error instanceof Error
      ? (error.stack
          ?.split('\n')
          .find((line) => line.includes(' at '))
          ?.trim() ?? '')
      : ''
  return { code: 'UNEXPECTED', message: `unexpected ${name} ${place}`, hint: 'Please report this.', retryable: false }
}

function errorJson({ code, message, hint, retryable }: Shown): string {
  return `${JSON.stringify({ error: { code, message, hint, retryable } })}\n`
}
