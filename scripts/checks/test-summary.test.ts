import { describe, expect, it } from 'vitest'
import { summarise, type TestReport } from './test-summary.ts'

const report = (assertions: [string, string][], status = 'passed', success = true): TestReport => ({
  success,
  testResults: [
    {
      name: 'a.test.ts',
      status,
      message: 'cannot import\nstack',
      assertionResults: assertions.map(([fullName, outcome]) => ({ fullName, status: outcome })),
    },
  ],
})
const same = (file: string) => file

describe('summarise', () => {
  it('counts what passed, failed and was skipped', () => {
    const summary = summarise(
      report([
        ['x one', 'passed'],
        ['x two', 'failed'],
        ['x three', 'skipped'],
        ['x four', 'pending'],
        ['x five', 'todo'],
      ]),
      [{ file: 'a.test.ts', test: 'x three', reason: 'no server' }],
      same,
    )
    expect(summary).toMatchObject({ passed: 1, failed: 1, skipped: 3, undeclared: 2 })
    expect(summary.notes).toContain('SKIPPED  a.test.ts > x three (no server)')
  })

  it('a declaration holds for its own file only', () => {
    const declared = [{ file: 'b.test.ts', test: '', reason: 'no server' }]
    expect(summarise(report([['x', 'skipped']]), declared, same).undeclared).toBe(1)
  })

  it('a file that could not be loaded is a failure', () => {
    expect(summarise(report([], 'failed', false), [], same)).toMatchObject({ failed: 1 })
  })

  it('a failure outside every test is a failure', () => {
    expect(summarise(report([['x', 'passed']], 'passed', false), [], same)).toMatchObject({ passed: 1, failed: 1 })
  })
})
