import { type ForgetReport, type ForgetSettings, type Repository, UsageError } from '@dbsnap/core'
import { confirm } from '../../confirm.ts'
import type { Console } from '../../console.ts'
import { EXIT } from '../../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../../global-options.ts'
import { counted } from '../../render/amounts.ts'
import { decisionTable } from '../../render/decision-table.ts'
import { pruneText } from '../../render/prune-text.ts'
import { type PolicyOptions, policyOf } from './policy-options.ts'

export interface ForgetCommandOptions extends GlobalOptions, PolicyOptions {
  readonly source?: readonly string[]
  readonly tag?: readonly string[]
  readonly allowLast?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly prune?: boolean
}

export async function forgetCommand(
  names: readonly string[],
  options: ForgetCommandOptions,
  console: Console,
): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const { dryRun = false, allowLast = false } = options
    let planned = 0
    const report = await forget(repository, names, options, {
      dryRun,
      allowLast,
      signal: console.signal,
      onDecisions: async (plan) => {
        planned = plan.forgotten.length
        if (!options.json) await console.out(planText(plan, names.length > 0))
        if (!dryRun && planned > 0) await confirmForgetting(planned, options.yes, console)
      },
    })
    if (!options.json) await console.out(endText(report, dryRun, planned))
    // In a dry run the snapshots are all there still: what a prune would free after it is not known.
    const pruned = options.prune === true && !dryRun ? await repository.prune({ signal: console.signal }) : undefined
    if (options.json) await console.out(`${JSON.stringify({ ...reportJson(report, dryRun), pruned })}\n`)
    else if (pruned !== undefined) await console.out(pruneText(pruned))
    return EXIT.done
  } finally {
    await repository.close()
  }
}

function forget(
  repository: Repository,
  names: readonly string[],
  { source, tag, ...options }: ForgetCommandOptions,
  settings: ForgetSettings,
): Promise<ForgetReport> {
  const policy = policyOf(options)
  if (names.length === 0) {
    const chosen = { ...(source === undefined ? {} : { sources: source }), ...(tag === undefined ? {} : { tags: tag }) }
    return repository.forget({ ...settings, policy, ...chosen })
  }
  if (Object.keys(policy).length === 0 && source === undefined && tag === undefined) {
    return repository.forget({ ...settings, snapshots: names })
  }
  throw new UsageError('snapshots are forgotten by name or by rules, not both', {
    hint: 'Leave out the names, or the options that say what to keep and of what.',
  })
}

function confirmForgetting(count: number, yes: boolean | undefined, console: Console): Promise<void> {
  const question = `Forget ${counted(count, 'snapshot')}?`
  const hint = 'Look at what would be forgotten (--dry-run), then run it again with --yes.'
  return confirm({ yes, question, refusal: 'nothing was forgotten: nobody confirmed it', hint }, console)
}

function planText({ decisions, damaged, forgotten }: ForgetReport, named: boolean): string {
  const notes = damaged.map((id) => {
    const fate = forgotten.includes(id) ? 'it was named, and goes' : 'it stays'
    return `note: the manifest of ${id.slice(0, 8)} cannot be read; ${fate}\n`
  })
  return `${decisions.length === 0 ? '' : decisionTable(decisions, named)}${notes.join('')}`
}

function endText({ decisions, forgotten }: ForgetReport, dryRun: boolean, planned: number): string {
  const kept = decisions.filter(({ keep }) => keep).length
  const verb = dryRun ? 'would be forgotten' : 'forgotten'
  const pinned = planned - forgotten.length
  const meanwhile = pinned === 0 ? '' : ` ${counted(pinned, 'snapshot')} pinned meanwhile stayed.`
  return `${counted(forgotten.length, 'snapshot')} ${verb}, ${kept} kept.${meanwhile}\n`
}

function reportJson({ decisions, forgotten, damaged }: ForgetReport, dryRun: boolean) {
  const shown = decisions.map(({ snapshot: { id, time, source }, keep, reasons }) => ({
    id,
    time,
    source: source.label,
    keep,
    reasons,
  }))
  return { dryRun, decisions: shown, forgotten, damaged }
}
