export * from './fakes/copy-text.ts'
export * from './fakes/memory-database.ts'
export type * from './fakes/memory-read-point.ts'
export type { MemoryTableShape } from './fakes/memory-table.ts'
