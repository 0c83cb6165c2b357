import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runProcess } from '../src/run-process.ts'
import type { Proof, ProofOptions, ProvenLine } from './proof.ts'

/** A line that tests show: the files they are in, from the repository's root, and what of them by the names' beginnings. */
export interface SuiteClaim {
  readonly claim: string
  readonly files: readonly string[]
  readonly test?: string
}

interface Report {
  readonly numTotalTests: number
  readonly numPassedTests: number
  readonly numPendingTests: number
}

const VITEST = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

/** Runs tests and counts them. A skipped one does not hold. `variables` may ask for their full form. */
export function suiteProof(
  name: string,
  claims: readonly SuiteClaim[],
  variables: Readonly<Record<string, string>> = {},
): Proof {
  return {
    name,
    async *run(options: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
      for (const claim of claims) yield await runClaim(claim, variables, options)
    },
  }
}

async function runClaim(
  { claim, files, test }: SuiteClaim,
  variables: Readonly<Record<string, string>>,
  { say, signal }: ProofOptions,
): Promise<ProvenLine> {
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-suite-'))
  const output = join(place, 'report.json')
  const filter = test === undefined ? [] : ['--testNamePattern', test]
  try {
    const args = [VITEST, 'run', '--reporter=json', `--outputFile=${output}`, ...filter, ...files]
    await runProcess(process.execPath, args, { env: variables, signal }).catch((error) =>
      say(String(error).slice(0, 2000)),
    )
    const report: Report = JSON.parse(await readFile(output, 'utf8'))
    // Tests that the filter left out count as pending in vitest's report, so that only without one they are skips.
    const ran = test === undefined ? report.numTotalTests : report.numTotalTests - report.numPendingTests
    const holds = ran > 0 && report.numPassedTests === ran
    return { claim, figure: `${report.numPassedTests} of ${ran} tests pass`, bound: 'all', holds }
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
