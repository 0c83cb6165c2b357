import { createInterface } from 'node:readline/promises'
import { setFlagsFromString } from 'node:v8'
import pc from 'picocolors'

// V8's young generation grows to 134 MB where there is much garbage, however little lives, and its old one to twice what lived
// at the last collection: more than all else we use. Kept tight, a diff of 5 000 000 changes takes a tenth longer
// (`docs/decisions/0011`). Before anything else is loaded, for it grows while that happens.
setFlagsFromString('--semi-space-growth-factor=1')
setFlagsFromString('--heap-growing-percent=30')

const { run } = await import('./run.ts')

const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
process.once('SIGTERM', () => interruption.abort())
// A reader that went away (`dbsnap diff ... | head`) has seen enough.
process.stdout.on('error', () => process.exit(0))

const interactive = process.stderr.isTTY === true && process.stdin.isTTY === true
process.exitCode = await run(process.argv.slice(2), {
  out: (content) => new Promise((resolve) => process.stdout.write(content, () => resolve())),
  message: (text) => void process.stderr.write(text),
  colours: pc.createColors(process.stdout.isTTY === true && pc.isColorSupported),
  interactive,
  columns: process.stdout.columns ?? 80,
  signal: interruption.signal,
  variables: process.env,
  ask: async (question) => {
    const line = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return await line.question(question, { signal: interruption.signal })
    } finally {
      line.close()
    }
  },
})
