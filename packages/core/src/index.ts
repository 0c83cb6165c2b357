export type { CompressionSettings } from './compression/compression-settings.ts'
export * from './encryption/index.ts'
export * from './errors/index.ts'
export type {
  CopiedFrom,
  SnapshotCollection,
  SnapshotCompression,
  SnapshotManifest,
  SnapshotSource,
  SnapshotSummary,
  SnapshotVerification,
  TreeRoot,
} from './format/snapshot-manifest.ts'
export type { StoredDiffChoice, StoredDiffSide, StoredDiffSummary } from './format/stored-diff.ts'
export { createKeyFile, generateRecoveryKey } from './new-secrets.ts'
export type { ApplyOptions, RestoreResult } from './operations/apply-restore.ts'
export type { BrokenDiff, BrokenSnapshot, CheckOptions, CheckReport } from './operations/check-snapshots.ts'
export type { CopiedSnapshot, CopyOptions } from './operations/copy-snapshots.ts'
export type { DiffOptions } from './operations/diff-operands.ts'
export * from './operations/difference.ts'
export type { ExportOptions } from './operations/export-records.ts'
export type { ForgetByPolicy, ForgetReport, ForgetSettings } from './operations/forget-snapshots.ts'
export type { PinOptions } from './operations/pin-snapshot.ts'
export type { PruneOptions } from './operations/prune-repository.ts'
export type { ReadRecordsOptions } from './operations/read-records.ts'
export type { FilesSize, RepositoryStats, SnapshotSize } from './operations/repository-stats.ts'
export {
  type PlannedCollection,
  type PlanOptions,
  type RestorePlan,
  removesRecords,
} from './operations/restore-plan.ts'
export type { LostRecords } from './operations/snapshot-walk.ts'
export type { Snapshot, TakeOptions } from './operations/take-snapshot.ts'
export type { UnlockOptions } from './operations/unlock-repository.ts'
export type * from './ports/index.ts'
export type { FieldChange } from './records/bson/document-diff.ts'
export type { JsonPatchOperation } from './records/bson/json-patch.ts'
export type { KeySlotInfo } from './repository/key-slot-info.ts'
export type { Pin } from './repository/pin-catalog.ts'
export type { PackAmount, PendingPacks, PrunePhase, PruneReport } from './repository/pruning/prune-report.ts'
export { DESTROY_ALL_DATA } from './repository/remove-key-slot.ts'
export type { WriterFacts, WriterOperation } from './repository/writer-file.ts'
export type { RegisteredWriter } from './repository/writer-list.ts'
export * from './repository.ts'
export type { NewKeyOptions, RepositoryKeyring } from './repository-keyring.ts'
export type { CalendarSpan } from './retention/calendar-buckets.ts'
export type { KeepReason, RetainedSnapshot, RetentionDecision } from './retention/decide-retention.ts'
export type { RetentionPolicy } from './retention/retention-policy.ts'
export * from './stores/index.ts'
export * from './values/index.ts'
