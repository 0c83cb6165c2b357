import { readFile } from 'node:fs/promises'
import type { SchemaDocument } from '@dbsnap/core/values'
import { type PostgresVersion, sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { CopyOut } from '../src/connection/copy-out.ts'
import type { DriverClient } from '../src/postgres-client.ts'
import type { SchemaChoice } from '../src/schema/choose-objects.ts'
import { REPLAY_SETTINGS, type SchemaStatement } from '../src/schema/creation-order.ts'
import { readSchema, type SchemaReading } from '../src/schema/read-schema.ts'
import type { TableFacts } from '../src/schema/table-facts.ts'

/** Versions that brought kinds of their own; each has a file `from-<version>.sql`. */
const BRINGERS = [14, 15, 16, 17, 18]

/** A new database with every kind of object that `version` has. */
export async function everyKind(version: PostgresVersion): Promise<string> {
  const files = ['every-kind.sql', ...BRINGERS.filter((from) => version >= from).map((from) => `from-${from}.sql`)]
  const parts = await Promise.all(files.map((file) => readFile(`${import.meta.dirname}/fixtures/${file}`, 'utf8')))
  return databaseOf(version, parts.join('\n'))
}

/** A new database made by `sql`. */
export async function databaseOf(version: PostgresVersion, sql: string): Promise<string> {
  const url = await (await sharedPostgres(version)).createDatabase()
  await withClient(url, (client) => client.query(sql))
  return url
}

export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** What the schema reader gave, with the document made. */
export interface ReadDocument extends Pick<SchemaReading, 'leftOut'> {
  readonly tables: readonly TableFacts[]
  readonly document: SchemaDocument
}

/** Reads a database's schema as a read point does. `onQuery` is called for every question. */
export async function schemaOf(
  url: string,
  choice: SchemaChoice = () => true,
  onQuery: () => void = () => {},
): Promise<ReadDocument> {
  return withClient(url, async (client) => {
    await client.query(`begin isolation level repeatable read read only; set local search_path = ''`)
    const query = (sql: string) => client.query(sql)
    const copyOut = (statement: string) => {
      onQuery()
      return (client as unknown as DriverClient).query(new CopyOut(statement))
    }
    const { schema, tables, leftOut } = await readSchema({ query, copyOut }, choice)
    return { document: { version: 1, engine: 'postgres', objects: [...schema.objects] }, tables: [...tables], leftOut }
  })
}

/** Runs statements as a restore does; a failure names the object and the statement. */
export async function replay(client: pg.Client, statements: readonly SchemaStatement[]): Promise<void> {
  for (const [name, value] of Object.entries(REPLAY_SETTINGS)) {
    await client.query('select set_config($1, $2, false)', [name, value])
  }
  for (const { object, sql } of statements) {
    try {
      await client.query(sql)
    } catch (error) {
      throw new Error(`${object.kind} ${object.name}: ${error instanceof Error ? error.message : error}\n${sql}`)
    }
  }
}
