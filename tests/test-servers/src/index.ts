export { debianTool } from './debian-tool.ts'
export { mongoBinary, mongoUnavailable } from './mongo-binary.ts'
export type { MongoProcess } from './mongo-process.ts'
export {
  type MongoServer,
  type MongoServerOptions,
  type MongoTopology,
  mongoServerAt,
  startMongo,
} from './mongo-server.ts'
export { POSTGRES_VERSIONS, type PostgresVersion } from './postgres-binaries.ts'
export {
  type DatabaseOptions,
  type PostgresServer,
  type PostgresServerOptions,
  postgresServerAt,
  startPostgres,
  startStandby,
} from './postgres-server.ts'
export { sharedMongo } from './shared-mongo.ts'
export { sharedPostgres } from './shared-postgres.ts'
