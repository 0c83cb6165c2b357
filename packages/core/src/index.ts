export * from './errors/index.ts'
export type * from './ports/index.ts'
export * from './stores/index.ts'
export * from './values/index.ts'
