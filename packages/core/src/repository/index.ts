export {
  type CreateObjectRepositoryOptions,
  createObjectRepository,
} from './create-object-repository.ts'
export * from './documents.ts'
export type * from './object-repository.ts'
export { type OpenObjectRepositoryOptions, openObjectRepository } from './open-object-repository.ts'
export { SnapshotCatalog } from './snapshot-catalog.ts'
