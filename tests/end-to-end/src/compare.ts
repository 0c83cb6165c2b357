import { type DiffSummary, memory, Repository } from '@dbsnap/core'

type Side = Parameters<Repository['diff']>[0]

/** A repository in memory, for tests that are about the database. */
export function memoryRepository(): Promise<Repository> {
  return Repository.create(memory(), { unencrypted: true })
}

/** What differs, in a form that reads well in an assertion: nothing at all is `{ records: {}, schema: [] }`. */
export interface Comparison {
  /** Added, removed and changed of every collection that differs. */
  readonly records: Record<string, readonly [added: number, removed: number, changed: number]>
  /** `kind object name`, such as `removed index public.orders_status`. */
  readonly schema: string[]
}

export const nothing: Comparison = { records: {}, schema: [] }

export async function compare(repository: Repository, left: Side, right: Side): Promise<Comparison> {
  let summary: DiffSummary | undefined
  const schema: string[] = []
  for await (const difference of repository.diff(left, right, { limit: 0 })) {
    if (difference.type === 'summary') summary = difference
    if (difference.type === 'schema') schema.push(`${difference.kind} ${difference.object} ${difference.name}`)
  }
  const records: Record<string, readonly [number, number, number]> = {}
  for (const { name, added, removed, changed } of summary?.collections ?? []) {
    if (added + removed + changed > 0) records[name] = [added, removed, changed]
  }
  return { records, schema }
}
