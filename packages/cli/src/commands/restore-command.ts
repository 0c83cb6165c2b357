import type { RestoreMode, RestorePlan } from '@dbsnap/core'
import { confirm } from '../confirm.ts'
import type { Console } from '../console.ts'
import { type DatabaseChoice, databaseAt } from '../database-url.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { counted, number } from '../render/amounts.ts'
import { collectionNoun } from '../render/collection-noun.ts'
import { progressBar } from '../render/progress-bar.ts'
import { table } from '../render/table.ts'

export interface RestoreCommandOptions extends GlobalOptions {
  readonly to: string
  readonly include?: string[]
  readonly mode?: RestoreMode
  readonly definer?: DatabaseChoice['definer']
  readonly plan?: boolean
  /** False with `--no-safety`. */
  readonly safety?: boolean
  readonly yes?: boolean
}

export async function restoreCommand(name: string, options: RestoreCommandOptions, console: Console): Promise<number> {
  const target = databaseAt(options.to, options.definer === undefined ? {} : { definer: options.definer })
  const repository = await openRepository(options, console)
  const bar = progressBar(console)
  try {
    const plan = await repository.plan(name, target, {
      mode: options.mode ?? 'create',
      signal: console.signal,
      onWarning: ({ message }) => console.message(`warning: ${message}\n`),
      ...(options.include === undefined ? {} : { include: options.include }),
    })
    if (options.plan && options.json) await console.out(`${JSON.stringify(planJson(plan))}\n`)
    else if (!options.json) await console.out(planText(plan))
    if (options.plan) return EXIT.done
    await confirm(
      {
        yes: options.yes,
        question: `Write this to ${target.label}?`,
        refusal: 'nothing was written: nobody confirmed it',
        hint: 'Look at the plan (--plan), then run it again with --yes.',
      },
      console,
    )
    const result = await repository.apply(plan, {
      safety: options.safety ?? true,
      signal: console.signal,
      onProgress: bar.listener,
      onWarning: ({ message }) => console.message(`warning: ${message}\n`),
    })
    bar.end()
    const safety = result.safetySnapshot?.id
    if (options.json) {
      await console.out(
        `${JSON.stringify({ ...planJson(plan), safetySnapshot: safety ?? null, proof: result.proof })}\n`,
      )
    } else {
      if (safety !== undefined) await console.out(`What was there before is kept in snapshot ${safety.slice(0, 8)}.\n`)
      await console.out(
        console.colours.green(
          `Restored and proven: ${counted(result.collections.length, collectionNoun(plan.snapshot.source.engine))} as in the snapshot.\n`,
        ),
      )
    }
    return EXIT.done
  } finally {
    bar.end()
    await repository.close()
  }
}

function planJson({ snapshot, mode, collections, steps, atomic, warnings }: RestorePlan) {
  return { snapshot: snapshot.id, mode, collections, steps, atomic, warnings }
}

const NOT_ATOMIC = '\nNot atomic: what fails midway is taken back as far as it goes.\n'

function planText(plan: RestorePlan): string {
  const rows = plan.collections.map(({ name, route, added, removed, changed }) => [
    name,
    route === 'load' ? 'create and load' : 'change',
    ...[added, removed, changed].map(number),
  ])
  const steps = plan.steps.map(({ description }) => `  ${description}\n`).join('')
  return `${table([collectionNoun(plan.snapshot.source.engine).toUpperCase(), 'HOW', 'ADD', 'REMOVE', 'CHANGE'], rows, ['ADD', 'REMOVE', 'CHANGE'])}${steps === '' ? '' : `\nSchema:\n${steps}`}${plan.atomic ? '' : NOT_ATOMIC}\n`
}
