/**
 * Fails on a high or critical advisory in what users install. A registry without an advisory service cannot answer:
 * that is said loudly, and is a failure where `DBSNAP_REQUIRE_AUDIT` is set, as it is in the workflow.
 */
import { spawnSync } from 'node:child_process'
import { repositoryRoot } from './source-files.ts'

interface AuditReport {
  metadata?: { vulnerabilities: Record<'low' | 'moderate' | 'high' | 'critical', number> }
  vulnerabilities?: Record<string, { severity: string; range: string }>
  message?: string
}

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: repositoryRoot,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
})
const report: AuditReport = JSON.parse(stdout || '{}')

if (report.metadata === undefined) {
  console.error(`WARNING  advisories were NOT checked: ${report.message ?? 'the registry did not answer'}`)
  process.exitCode = process.env.DBSNAP_REQUIRE_AUDIT ? 1 : 0
} else {
  const { low, moderate, high, critical } = report.metadata.vulnerabilities
  for (const [name, { severity, range }] of Object.entries(report.vulnerabilities ?? {})) {
    console.error(`${severity.padEnd(9)} ${name} ${range}`)
  }
  console.log(`advisories: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low`)
  process.exitCode = critical + high > 0 ? 1 : 0
}
