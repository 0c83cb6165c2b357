/**
 * `npm run prove`: shows every line that an issue says must be shown, in full, each with its figure and its bound. Fails on
 * a miss. `npm run prove -- --only speed,kills` shows some of them.
 */
import { parseArgs } from 'node:util'
import type { Proof, ProvenLine } from './proof.ts'
import { PROOFS } from './proofs.ts'

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } })
  const chosen = choose(values.only)
  const interrupt = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort(new Error(name)))
  const say = (line: string): void => console.error(`  ${line}`)
  let missed = 0
  for (const proof of chosen) {
    console.error(`== ${proof.name}`)
    missed += await show(proof, say, interrupt.signal)
    if (interrupt.signal.aborted) return 130
  }
  console.log(missed === 0 ? 'Everything shown holds.' : `${missed} lines do not hold.`)
  return missed === 0 ? 0 : 1
}

function choose(only: string | undefined): readonly Proof[] {
  if (only === undefined) return PROOFS
  return only.split(',').map((name) => {
    const found = PROOFS.find((proof) => proof.name === name)
    if (found === undefined) throw new Error(`--only takes ${PROOFS.map((proof) => proof.name).join(', ')}`)
    return found
  })
}

/** Prints the lines of a proof as they come; a proof that fails is a line that does not hold. */
async function show(proof: Proof, say: (line: string) => void, signal: AbortSignal): Promise<number> {
  let missed = 0
  const print = (line: ProvenLine): void => {
    if (!line.holds) missed++
    console.log(`${line.holds ? 'ok    ' : 'MISSED'}  ${line.claim.padEnd(84)}  ${line.figure}  (${line.bound})`)
  }
  try {
    for await (const line of proof.run({ say, signal })) print(line)
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    console.error(message)
    print({ claim: proof.name, figure: 'failed', bound: 'is shown', holds: false })
  }
  return missed
}

process.exitCode = await main()
