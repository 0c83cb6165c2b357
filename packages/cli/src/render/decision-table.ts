import type { KeepReason, RetentionDecision } from '@dbsnap/core'
import { table } from './table.ts'

/** What becomes of each snapshot, and why. `named`: what goes was named, no policy has decided. */
export function decisionTable(decisions: readonly RetentionDecision[], named: boolean): string {
  const rows = decisions.map(({ snapshot: { id, time, source }, keep, reasons }) => [
    id.slice(0, 8),
    time.slice(0, 19).replace('T', ' '),
    source.label,
    keep ? 'keep' : 'forget',
    keep ? reasons.map(reasonText).join('; ') : named ? 'named' : 'no rule keeps it',
  ])
  return table(['SNAPSHOT', 'TIME (UTC)', 'SOURCE', 'WHAT', 'WHY'], rows)
}

function reasonText({ rule, detail }: KeepReason): string {
  if (rule === 'lastGood') return 'last good one of its source'
  return detail === undefined ? rule : `${rule} ${detail}`
}
