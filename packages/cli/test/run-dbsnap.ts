import pc from 'picocolors'
import { run } from '../src/run.ts'

export interface Ended {
  readonly code: number
  readonly out: string
  readonly messages: string
}

/** Runs one command line in this process, without a terminal. */
export async function runDbsnap(
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Ended> {
  let out = ''
  let messages = ''
  const code = await run(args, {
    out: async (content) => {
      out += content
    },
    message: (text) => {
      messages += text
    },
    colours: pc.createColors(false),
    interactive: false,
    columns: 80,
    signal,
    variables,
    ask: async () => '',
  })
  return { code, out, messages }
}

/** The code of the error in a JSON answer. */
export function errorOf({ out }: Ended): { code: string; message: string; hint: string; retryable: boolean } {
  return JSON.parse(out).error
}
