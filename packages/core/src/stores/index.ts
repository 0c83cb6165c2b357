export type * from './folder-file-system.ts'
export * from './folder-store.ts'
export * from './memory-store.ts'
