export { debianTool } from './debian-tool.ts'
export {
  FAULTS,
  type Fault,
  type FaultProxy,
  type FaultRule,
  type ProxyCounts,
  startFaultProxy,
} from './fault-proxy.ts'
export { type KmsServer, kmsUnavailable, startKms } from './kms-server.ts'
export { MONGOD_WHEEL, mongoBinary, mongoUnavailable } from './mongo-binary.ts'
export type { MongoProcess } from './mongo-process.ts'
export {
  type MongoServer,
  type MongoServerOptions,
  type MongoTopology,
  mongoServerAt,
  startMongo,
} from './mongo-server.ts'
export { canStartMysql, MYSQL_FLAVOURS, type MysqlFlavour, mysqlToolFor } from './mysql-binaries.ts'
export { type MysqlServer, type MysqlServerOptions, mysqlServerAt, startMysql } from './mysql-server.ts'
export { POSTGRES_VERSIONS, type PostgresVersion } from './postgres-binaries.ts'
export {
  type DatabaseOptions,
  type PostgresServer,
  type PostgresServerOptions,
  postgresServerAt,
  startPostgres,
  startStandby,
} from './postgres-server.ts'
export { type RefusingServer, startRefusingServer } from './refusing-server.ts'
export { type S3Server, s3Unavailable, startS3 } from './s3-server.ts'
export { sharedMongo } from './shared-mongo.ts'
export { sharedMysql } from './shared-mysql.ts'
export { sharedPostgres } from './shared-postgres.ts'
