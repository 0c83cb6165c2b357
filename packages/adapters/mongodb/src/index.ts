export { type BsonArchiveInput, bsonArchive } from './export/bson-archive.ts'
export type { MongoDriver } from './mongodb-client.ts'
export { MongoDatabase, mongodb } from './mongodb-database.ts'
export type { MongoOptions, ReadConsistency } from './mongodb-options.ts'
