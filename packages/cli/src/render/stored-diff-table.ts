import type { StoredDiffSummary } from '@dbsnap/core'
import { counted, number } from './amounts.ts'
import { table } from './table.ts'

const AMOUNTS = ['ADDED', 'REMOVED', 'CHANGED', 'SCHEMA']

/** Stored diffs, one a line. */
export function storedDiffTable(diffs: readonly StoredDiffSummary[]): string {
  const rows = diffs.map(({ id, time, left, right, counts: { added, removed, changed, schema } }) => [
    id.slice(0, 8),
    time.slice(0, 19).replace('T', ' '),
    sideText(left),
    sideText(right),
    ...[added, removed, changed, schema].map(number),
  ])
  return table(['DIFF', 'TIME (UTC)', 'FROM', 'TO', ...AMOUNTS], rows, AMOUNTS)
}

/** What was just stored. */
export function storedDiffText({
  id,
  differences,
  counts: { added, removed, changed, schema },
}: StoredDiffSummary): string {
  const records = `${number(added)} added, ${number(removed)} removed, ${number(changed)} changed`
  // The summary is one of them.
  const stored = counted(differences - 1, 'difference')
  return `${records}; schema: ${counted(schema, 'change')}. Stored as ${id.slice(0, 8)}: ${stored}.\n`
}

function sideText({ snapshot, source }: StoredDiffSummary['left']): string {
  return `${source.label} ${snapshot === undefined ? '(live)' : snapshot.slice(0, 8)}`
}
