import type { Warning } from '../../src/ports/database-source.ts'
import type { DatabaseTarget, RestoreSession } from '../../src/ports/database-target.ts'

export interface TargetChange {
  /** Given to every restore's listener when it opens. */
  readonly warning?: Warning
  /** Called just before a commit; a failure stands for the commit's. */
  readonly beforeCommit?: () => void | Promise<void>
  /** Called just after a commit. */
  readonly afterCommit?: () => void
}

/** A target that does something more than `target`, or fails where told to. */
export function targetWith(target: DatabaseTarget, change: TargetChange): DatabaseTarget {
  return {
    engine: target.engine,
    label: target.label,
    openReadPoint: (options) => target.openReadPoint(options),
    async openRestore(request) {
      if (change.warning !== undefined) request.onWarning(change.warning)
      const session: RestoreSession = await target.openRestore(request)
      return {
        current: session.current,
        routes: session.routes,
        steps: session.steps,
        atomic: session.atomic,
        load: (collection, records) => session.load(collection, records),
        change: (collection, operations) => session.change(collection, operations),
        abort: () => session.abort(),
        async commit() {
          await change.beforeCommit?.()
          await session.commit()
          change.afterCommit?.()
        },
      }
    },
  }
}
