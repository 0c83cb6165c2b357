import type { PackAmount, PendingPacks, PruneReport } from '@dbsnap/core'
import { bytes, counted } from './amounts.ts'
import { placeOf } from './writer-table.ts'

/** What a prune has done, or would do. */
export function pruneText({ dryRun, before, deleted, spared, moved, pending }: PruneReport): string {
  const [verbDeleted, verbMoved, verbMarked] = dryRun
    ? ['Would delete', 'Would move what is needed out of', 'Would be marked or are']
    : ['Deleted', 'Moved what is needed out of', 'Marked']
  const lines = [`${verbDeleted} ${amount(deleted)} of ${amount(before)}.`]
  if (moved.packs > 0) {
    const written = dryRun ? '' : `: ${counted(moved.objects, 'object')}, ${bytes(moved.bytes)} written`
    lines.push(`${verbMoved} ${counted(moved.packs, 'pack')}${written}.`)
  }
  if (spared.packs > 0) lines.push(`Of those, a snapshot needed ${amount(spared)} again: what it needs was moved.`)
  for (const one of pending) lines.push(`${verbMarked} ${amount(one)}: ${outlook(one)}.`)
  return `${lines.join('\n')}\n`
}

const amount = ({ packs, bytes: size }: PackAmount): string => `${counted(packs, 'pack')} (${bytes(size)})`

function outlook({ due, waitingFor }: PendingPacks): string {
  if (due !== undefined) return `a prune after ${due.toISOString().slice(0, 19).replace('T', ' ')} UTC deletes them`
  if (waitingFor.length === 0) return 'a later prune goes on'
  const writers = waitingFor.map(
    (writer) => `${writer.operation ?? 'a writer'} (${writer.id.slice(0, 8)} ${placeOf(writer)})`,
  )
  return `a prune deletes them when these have ended: ${writers.join(', ')}`
}
