import type { Console } from '../console.ts'
import { demoPlace } from '../demo/choose-engine.ts'
import type { DemoEngineName } from '../demo/demo-engine.ts'
import { runDemo } from '../demo/run-demo.ts'
import { EXIT } from '../exit-codes.ts'

export interface DemoCommandOptions {
  readonly url?: string
}

/** Tells the whole story on a database of its own. */
export async function demoCommand(
  engine: DemoEngineName | undefined,
  { url }: DemoCommandOptions,
  console: Console,
): Promise<number> {
  const { variables, signal } = console
  const place = demoPlace(engine, url, variables)
  const pending: Promise<void>[] = []
  const write = (text: string): void => void pending.push(console.out(text))
  await runDemo({ write, colours: console.colours.isColorSupported, ...place, variables, signal })
  await Promise.all(pending)
  return EXIT.done
}
