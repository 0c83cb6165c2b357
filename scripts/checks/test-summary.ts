/** The part of vitest's JSON report that is read here. */
export interface TestReport {
  success: boolean
  testResults: {
    /** Absolute path of the test file. */
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string }[]
  }[]
}

export interface DeclaredSkip {
  /** Test file, relative to the repository's root. */
  file: string
  /** Beginning of the test's full name (suites and title, joined by spaces); empty declares the whole file. */
  test: string
  reason: string
}

export interface TestSummary {
  passed: number
  failed: number
  skipped: number
  /** Skips without a declaration: each fails the run. */
  undeclared: number
  /** One line for everything that did not pass. */
  notes: string[]
}

/** Counts a report's tests. `relative` turns a file's path into the one that skips are declared with. */
export function summarise(
  report: TestReport,
  declared: DeclaredSkip[],
  relative: (file: string) => string,
): TestSummary {
  const summary: TestSummary = { passed: 0, failed: 0, skipped: 0, undeclared: 0, notes: [] }
  const fail = (message: string) => {
    summary.failed += 1
    summary.notes.push(`FAILED   ${message}`)
  }
  for (const suite of report.testResults) {
    const file = relative(suite.name)
    const before = summary.failed
    for (const { fullName, status } of suite.assertionResults) {
      if (status === 'passed') summary.passed += 1
      else if (status === 'failed') fail(`${file} > ${fullName}`)
      else {
        const known = declared.find((skip) => skip.file === file && fullName.startsWith(skip.test))
        summary.skipped += 1
        if (known === undefined) summary.undeclared += 1
        const reason = known?.reason ?? 'NOT DECLARED in tests/declared-skips.json'
        summary.notes.push(`SKIPPED  ${file} > ${fullName} (${reason})`)
      }
    }
    // A file that fails outside its tests (import, hook) has no failed assertion to count.
    if (suite.status === 'failed' && summary.failed === before) fail(`${file}: ${suite.message.split('\n')[0]}`)
  }
  if (!report.success && summary.failed === 0) fail('the test run failed outside every test')
  return summary
}
