import type { Console } from '../console.ts'
import { runDemo } from '../demo/run-demo.ts'
import { EXIT } from '../exit-codes.ts'

/** Tells the whole story on a PostgreSQL of its own. */
export async function demoCommand(console: Console): Promise<number> {
  const pending: Promise<void>[] = []
  const write = (text: string): void => void pending.push(console.out(text))
  await runDemo({ write, colours: console.colours.isColorSupported, signal: console.signal })
  await Promise.all(pending)
  return EXIT.done
}
