import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { Warning } from '../ports/database-source.ts'
import type { DatabaseTarget, RestoreMode, RestoreSession } from '../ports/database-target.ts'
import { schemaOf } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'

export interface RestoreScope {
  readonly snapshot: SnapshotManifest
  readonly target: DatabaseTarget
  readonly mode: RestoreMode
  readonly chosen: readonly string[]
  readonly whole: boolean
}

/** Opens a session on the target for the chosen collections. */
export async function openRestoreSession(
  context: OperationContext,
  scope: RestoreScope,
  onWarning: (warning: Warning) => void,
  signal: AbortSignal | undefined,
): Promise<RestoreSession> {
  const { snapshot, target, mode, chosen, whole } = scope
  const names = new Set(chosen)
  return target.openRestore({
    mode,
    whole,
    collections: snapshot.collections
      .filter(({ layout }) => names.has(layout.name))
      .map(({ layout, records, bytes }) => ({ ...layout, records, bytes })),
    schema: await schemaOf(context, snapshot),
    details: snapshot.source.details,
    onWarning,
    ...(signal === undefined ? {} : { signal }),
  })
}
