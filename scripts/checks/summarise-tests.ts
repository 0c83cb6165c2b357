/**
 * Reads vitest's JSON report and prints one line: `N passed, N failed, N skipped`.
 * A skip must be declared in tests/declared-skips.json with its reason; an undeclared one fails the run, and so does
 * a check that failed before the tests (`--failed-checks <names>`), which counts as one failed.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryRoot } from './source-files.ts'
import { summarise, type TestReport } from './test-summary.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'failed-checks': { type: 'string', default: '' }, 'tests-exit': { type: 'string', default: '0' } },
})
const failedChecks = values['failed-checks'].split(' ').filter((name) => name !== '')
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

const reportFile = positionals[0] ?? ''
const report: TestReport = existsSync(reportFile) ? readJson(reportFile) : { success: false, testResults: [] }
report.success &&= values['tests-exit'] === '0'
const declared = readJson(path.join(repositoryRoot, 'tests/declared-skips.json'))
const summary = summarise(report, declared, (file) => path.relative(repositoryRoot, file))

for (const name of failedChecks) console.error(`FAILED   check: ${name}`)
for (const note of summary.notes) console.error(note)
const failed = summary.failed + failedChecks.length
console.log(`${summary.passed} passed, ${failed} failed, ${summary.skipped} skipped`)
process.exitCode = failed > 0 || summary.undeclared > 0 ? 1 : 0
