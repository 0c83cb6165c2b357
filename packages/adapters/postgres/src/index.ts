export { PostgresDatabase, postgres } from './postgres-database.ts'
export type { PostgresDriver } from './postgres-client.ts'
export type { PostgresOptions } from './postgres-options.ts'
export { SSL_MODES, type SslMode } from './ssl-mode.ts'
