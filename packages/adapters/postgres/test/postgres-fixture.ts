import type { ColumnKind, DatabaseTargetFixture, TableWish } from '@dbsnap/adapter-test-kit'
import { type PostgresVersion, sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { postgres } from '../src/index.ts'
import { nativeValues } from './native-values.ts'

const TYPES = { integer: 'integer', decimal: 'numeric(12,2)', date: 'date', text: 'text' } as const
const OBSERVER = 'observer of a test'

/** The laws' hands on two empty databases of a real server. */
export async function postgresFixture(version?: PostgresVersion): Promise<DatabaseTargetFixture> {
  const server = await sharedPostgres(version)
  const [sourceUrl, targetUrl] = [await server.createDatabase(), await server.createDatabase()]
  const client = new pg.Client({ connectionString: sourceUrl, application_name: OBSERVER })
  await client.connect()
  return {
    source: postgres(sourceUrl),
    target: postgres(targetUrl),
    nativeValues,
    async createTable({ name, columns, key, rows }) {
      const list = Object.entries(columns).map(([column, kind]) => `${pg.escapeIdentifier(column)} ${typeOf(kind)}`)
      if (key.length > 0) list.push(`primary key (${key.map(pg.escapeIdentifier).join(', ')})`)
      await client.query(`create table public.${name} (${list.join(', ')})`)
      await insertRows(client, name, Object.values(columns).map(typeOf), rows)
      return `public.${name}`
    },
    async insert(collection, rows) {
      const { rows: types } = await client.query<{ type: string }>(
        'select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0',
        [collection],
      )
      await insertRows(
        client,
        collection.slice('public.'.length),
        types.map(({ type }) => type),
        rows,
      )
    },
    async remove(collection, values) {
      await client.query(`delete from ${collection} where id::text = any($1)`, [values])
    },
    openConnections: () => connectionsOf(client, sourceUrl),
    openTargetConnections: () => connectionsOf(client, targetUrl),
    unusable: {
      source: postgres(server.url('postgres', 'nobody').replace('nobody@', 'nobody:canary-of-a-password@')),
      secrets: ['canary-of-a-password'],
    },
    dispose: () => client.end(),
  }
}

function typeOf(kind: ColumnKind): string {
  return typeof kind === 'string' ? TYPES[kind] : kind.native
}

async function insertRows(client: pg.Client, table: string, types: readonly string[], rows: TableWish['rows']) {
  if (rows.length === 0) return
  const columns = types.map((_, i) => rows.map((row) => row[i] ?? null))
  const arrays = types.map((_, i) => `$${i + 1}::text[]`)
  const names = types.map((_, i) => `c${i}`)
  const values = types.map((type, i) => `c${i}::${type}`)
  await client.query(`insert into public.${table} select ${values} from unnest(${arrays}) as u(${names})`, columns)
}

/** Connections to a database but the observer's: asked until there are none, for a backend takes a moment to leave. */
async function connectionsOf(client: pg.Client, url: string): Promise<number> {
  const database = decodeURIComponent(new URL(url).pathname.slice(1))
  for (let attempt = 0; ; attempt++) {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
        where datname = $1 and application_name <> $2 and backend_type = 'client backend'`,
      [database, OBSERVER],
    )
    const count = rows[0]?.count ?? 0
    if (count === 0 || attempt === 200) return count
    await client.query('select pg_sleep(0.02)')
  }
}
