import { UsageError } from '../errors/usage-error.ts'
import type { RegisteredWriter } from '../repository/writer-list.ts'
import type { OperationContext } from './operation-context.ts'

/** Which writers are declared dead. */
export interface UnlockOptions {
  /** Ids, or unique beginnings of them. Default: all that are silent for longer than their lease. */
  readonly writers?: readonly string[]
  /** Also one that may be at work: it loses its work and breaks nothing. Default false. */
  readonly force?: boolean
}

/** Declares writers dead: a prune waits for them no longer, and they can publish nothing, whenever they wake. Resolves with those. */
export async function unlockRepository(
  { objects }: OperationContext,
  { writers: names, force = false }: UnlockOptions,
): Promise<RegisteredWriter[]> {
  const all = await objects.writers()
  const chosen = names === undefined ? all.filter(({ expired }) => expired) : names.map((name) => named(all, name))
  const alive = chosen.find(({ expired }) => !expired)
  if (alive !== undefined && !force) {
    throw new UsageError(`the writer ${alive.id} may be at work`, {
      hint: 'Wait until its lease is over, or force it: it then loses its work and breaks nothing.',
      data: { writer: alive.id },
    })
  }
  for (const { id } of chosen) await objects.declareDead(id)
  return chosen
}

function named(writers: readonly RegisteredWriter[], name: string): RegisteredWriter {
  const [writer, second] = writers.filter(({ id }) => id.startsWith(name))
  if (writer !== undefined && second === undefined) return writer
  throw new UsageError(
    `${writer === undefined ? 'no writer' : 'more than one writer'} has an id that begins with ${name}`,
    {
      hint: 'List them first.',
      data: { writer: name },
    },
  )
}
