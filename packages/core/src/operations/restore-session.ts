import { IncompatibleTargetError } from '../errors/incompatible-target-error.ts'
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

/** Opens a session on the target for the chosen collections. Fails with `IncompatibleTargetError` where it is of another engine. */
export async function openRestoreSession(
  context: OperationContext,
  scope: RestoreScope,
  onWarning: (warning: Warning) => void,
  signal: AbortSignal | undefined,
): Promise<RestoreSession> {
  const { snapshot, target, mode, chosen, whole } = scope
  const names = new Set(chosen)
  const schema = await schemaOf(context, snapshot)
  if (schema.engine !== target.engine) throw otherEngine(schema.engine, target)
  return target.openRestore({
    mode,
    whole,
    collections: snapshot.collections
      .filter(({ layout }) => names.has(layout.name))
      .map(({ layout, records, bytes }) => ({ ...layout, records, bytes })),
    schema,
    details: snapshot.source.details,
    onWarning,
    ...(signal === undefined ? {} : { signal }),
  })
}

function otherEngine(engine: string, target: DatabaseTarget): IncompatibleTargetError {
  return new IncompatibleTargetError(`a snapshot of ${engine} cannot be restored into ${target.engine}`, {
    hint: 'Restore it into a database of its own kind, or export it.',
    data: { engine, target: target.engine },
  })
}
