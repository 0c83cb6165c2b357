export type {
  CheckRepositoryOptions,
  RepositoryCheck,
  RepositoryDamage,
  RepositoryNote,
} from './check-repository.ts'
export {
  type CreateObjectRepositoryOptions,
  createObjectRepository,
} from './create-object-repository.ts'
export type { DiffListing } from './diff-catalog.ts'
export { readDocument, writeDocument } from './documents.ts'
export type * from './object-repository.ts'
export { type OpenObjectRepositoryOptions, openObjectRepository } from './open-object-repository.ts'
export type { Pin } from './pin-catalog.ts'
export type { IndexRebuild } from './rebuild-index.ts'
export { type DamagedSnapshot, SnapshotCatalog, type SnapshotListing } from './snapshot-catalog.ts'
