export { debianTool } from './debian-tool.ts'
export { POSTGRES_VERSIONS, type PostgresVersion } from './postgres-binaries.ts'
export {
  type DatabaseOptions,
  type PostgresServer,
  type PostgresServerOptions,
  postgresServerAt,
  startPostgres,
  startStandby,
} from './postgres-server.ts'
export { sharedPostgres } from './shared-postgres.ts'
