import { copyRecordsInTurns } from './copy-records.ts'
import type { TargetConnection } from './target-connection.ts'

/** Loads one table through a COPY on each of the connections at once; each commits. Resolves with the record count. */
export async function loadInParallel(
  sides: readonly TargetConnection[],
  statement: string,
  records: AsyncIterable<Buffer>,
  doing: string,
): Promise<number> {
  try {
    await Promise.all(sides.map((side) => side.begin(SIDE_SETTINGS)))
    const count = await copyRecordsInTurns(
      sides.map((side) => side.copyIn(statement, doing)),
      records,
    )
    await Promise.all(sides.map((side) => side.commit()))
    return count
  } catch (error) {
    await Promise.all(sides.map((side) => side.rollback()))
    throw error
  }
}

/**
 * Runs statements that do not exclude each other (CREATE INDEX), as many at a time as there are connections, in the
 * order given. After a failure nothing new is begun.
 */
export async function runInParallel(
  sides: readonly TargetConnection[],
  statements: readonly { readonly sql: string; readonly doing: string }[],
): Promise<void> {
  const queue = [...statements]
  const work = async (side: TargetConnection): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await side.begin({ ...SIDE_SETTINGS, maintenance_work_mem: INDEX_MEMORY })
        await side.run(next.sql, next.doing)
        await side.commit()
      } catch (error) {
        queue.length = 0
        await side.rollback()
        throw error
      }
    }
  }
  const results = await Promise.allSettled(sides.map(work))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** What lies in a staging schema is worth nothing until the final commit, which flushes all that was written before it. */
export const SIDE_SETTINGS = { synchronous_commit: 'off' }

/** For each index build at a time. PostgreSQL's default of 64 MB sorts 2 000 000 keys on disk; 256 MB holds 6 000 000. */
const INDEX_MEMORY = '256MB'
