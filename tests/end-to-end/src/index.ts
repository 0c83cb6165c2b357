/** Bodies of tests whose sizes are parameters, for the proof in full. */
export { memoryRepository } from './compare.ts'
export { largeRecord } from './large-record.ts'
export { type ManyTablesResult, manyTables } from './many-tables.ts'
