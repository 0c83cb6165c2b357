/**
 * Reads vitest's JSON report and prints one line: `N passed, N failed, N skipped`.
 * A skip must be declared in tests/declared-skips.json with its reason; an undeclared one fails the run, and so does
 * a check that failed before the tests (`--failed-checks <names>`), which counts as one failed.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryRoot } from './source-files.ts'

interface Report {
  success: boolean
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string }[]
  }[]
}

interface DeclaredSkip {
  /** Test file, relative to the repository's root. */
  file: string
  /** Beginning of the test's full name (suites and title, joined by spaces); empty declares the whole file. */
  test: string
  reason: string
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'failed-checks': { type: 'string', default: '' }, 'tests-exit': { type: 'string', default: '0' } },
})
const failedChecks = values['failed-checks'].split(' ').filter((name) => name !== '')
const declared: DeclaredSkip[] = JSON.parse(
  readFileSync(path.join(repositoryRoot, 'tests/declared-skips.json'), 'utf8'),
)

const count = { passed: 0, failed: failedChecks.length, skipped: 0 }
let undeclared = 0
const fail = (message: string) => {
  count.failed += 1
  console.error(`FAILED   ${message}`)
}

for (const name of failedChecks) console.error(`FAILED   check: ${name}`)

const reportFile = positionals[0] ?? ''
const report: Report | undefined = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined
if (report === undefined) fail('the tests left no report')

for (const suite of report?.testResults ?? []) {
  const file = path.relative(repositoryRoot, suite.name)
  const before = count.failed
  for (const { fullName, status } of suite.assertionResults) {
    if (status === 'passed') count.passed += 1
    else if (status === 'failed') fail(`${file} > ${fullName}`)
    else {
      count.skipped += 1
      const known = declared.find((skip) => skip.file === file && fullName.startsWith(skip.test))
      if (known === undefined) undeclared += 1
      console.error(`SKIPPED  ${file} > ${fullName} (${known?.reason ?? 'NOT DECLARED in tests/declared-skips.json'})`)
    }
  }
  // A file that fails outside its tests (import, hook) has no failed assertion to count.
  if (suite.status === 'failed' && count.failed === before) fail(`${file}: ${suite.message.split('\n')[0]}`)
}
const testsFailed = values['tests-exit'] !== '0' || report?.success === false
if (testsFailed && count.failed === failedChecks.length) fail('the test command failed outside every test')

console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed > 0 || undeclared > 0 ? 1 : 0
