import type { Difference, DiffSummary, RecordChange, SchemaChange } from '../../src/operations/difference.ts'

/** What a diff yielded, by what it is. */
export interface Differences {
  readonly changes: readonly RecordChange[]
  readonly schema: readonly SchemaChange[]
  readonly summary: DiffSummary
}

/** Reads a diff to its end; fails where it does not end with its one summary. */
export async function differences(diff: AsyncIterable<Difference>): Promise<Differences> {
  const changes: RecordChange[] = []
  const schema: SchemaChange[] = []
  let summary: DiffSummary | undefined
  for await (const difference of diff) {
    if (summary !== undefined) throw new Error('something came after the summary')
    if (difference.type === 'summary') summary = difference
    else if (difference.type === 'schema') schema.push(difference)
    else if (schema.length > 0) throw new Error('a record came after the schema')
    else changes.push(difference)
  }
  if (summary === undefined) throw new Error('the diff has no summary')
  return { changes, schema, summary }
}
