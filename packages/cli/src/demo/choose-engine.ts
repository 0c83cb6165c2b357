import { UsageError } from '@dbsnap/core'
import { readEnvironment } from '../environment.ts'
import { DEMO_ENGINES, type DemoEngine, type DemoEngineName } from './demo-engine.ts'
import type { Variables } from './servers/find-program.ts'

/** Where the story is to be told. */
export interface DemoPlace {
  readonly engine: DemoEngineName
  /** A server that runs already; undefined: one of our own. */
  readonly url: string | undefined
}

const SCHEMES: Readonly<Record<DemoEngineName, RegExp>> = {
  postgres: /^postgres(ql)?:\/\//,
  mysql: /^(mysql|mariadb):\/\//,
  mongodb: /^mongodb(\+srv)?:\/\//,
}

/**
 * By what was said on the command line, else by the environment. A URL alone names its engine; nothing at all is PostgreSQL,
 * which comes along. The errors never repeat the URL: it may hold a password.
 */
export function demoPlace(
  engine: DemoEngineName | undefined,
  url: string | undefined,
  variables: Variables,
): DemoPlace {
  const chosen = engine ?? DEMO_ENGINES.find((name) => url !== undefined && SCHEMES[name].test(url))
  if (chosen === undefined && url === undefined) return { engine: 'postgres', url: undefined }
  const { DBSNAP_DEMO_MYSQL_URL, DBSNAP_DEMO_MONGODB_URL } = readEnvironment(variables)
  const named = { postgres: undefined, mysql: DBSNAP_DEMO_MYSQL_URL, mongodb: DBSNAP_DEMO_MONGODB_URL }
  const place = url ?? (chosen === undefined ? undefined : named[chosen])
  if (chosen !== undefined && (place === undefined || SCHEMES[chosen].test(place)))
    return { engine: chosen, url: place }
  throw new UsageError('the address of the demo is not one of its engine', {
    hint: 'For example dbsnap demo mysql --url mysql://user@host:3306.',
  })
}

/** An engine by its name; its driver is loaded only then. */
export async function loadEngine(name: DemoEngineName): Promise<DemoEngine> {
  if (name === 'mysql') return (await import('./mysql-engine.ts')).mysqlEngine
  if (name === 'mongodb') return (await import('./mongodb-engine.ts')).mongodbEngine
  return (await import('./postgres-engine.ts')).postgresEngine
}
