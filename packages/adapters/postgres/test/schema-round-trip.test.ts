import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { SchemaDocument } from '@dbsnap/core/values'
import { debianTool, POSTGRES_VERSIONS, sharedPostgres } from '@dbsnap/test-servers'
import type pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  postDataStatements,
  preDataStatements,
  refreshStatements,
  sequenceStatements,
} from '../src/schema/creation-order.ts'
import { everyKind, type ReadDocument, replay, schemaOf, withClient } from './schema-fixture.ts'

/** Debian's pg_dump is 15 and reads servers up to its own version. */
const DUMPED_UP_TO = 15
const pgDump = debianTool('pg_dump')

/** The server's own words for what it has, by name: compared beside what we read, because they do not come from our queries. */
const SERVER_DEFINITIONS = `
select 'index ' || c.oid::regclass::text as name, pg_get_indexdef(c.oid) as definition from pg_class c where relkind in ('i', 'I')
union all select 'constraint ' || conname || coalesce(' on ' || nullif(conrelid, 0)::regclass::text, ''),
  concat_ws(' ', pg_get_constraintdef(oid), convalidated, condeferrable, condeferred, conislocal, coninhcount,
    connoinherit and contype in ('c', 'n')) from pg_constraint
union all select 'view ' || oid::regclass::text, concat_ws(' ', pg_get_viewdef(oid), relispopulated) from pg_class where relkind in ('v', 'm')
union all select 'function ' || oid::regprocedure::text, pg_get_functiondef(oid) from pg_proc where prokind <> 'a'
union all select 'trigger ' || tgname || ' on ' || tgrelid::regclass::text, concat_ws(' ', pg_get_triggerdef(oid), tgenabled) from pg_trigger where not tgisinternal
union all select 'rule ' || rulename || ' on ' || ev_class::regclass::text, concat_ws(' ', pg_get_ruledef(oid), ev_enabled) from pg_rewrite
union all select 'statistics ' || stxname, pg_get_statisticsobjdef(oid) from pg_statistic_ext
union all select 'partition key ' || partrelid::regclass::text, pg_get_partkeydef(partrelid) from pg_partitioned_table
union all select 'column ' || attrelid::regclass::text || '.' || attname,
  concat_ws(' ', format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull, attidentity, attgenerated, attstorage,
    attislocal, attinhcount, (select array_agg(o) from unnest(attoptions) o where o not like 'pg_attver=%'), pg_get_expr(adbin, adrelid))
  from pg_attribute join pg_class c on c.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v', 'm', 'c')
union all select 'relation ' || oid::regclass::text,
  concat_ws(' ', relkind, relpersistence, reloptions, relreplident, relrowsecurity, relforcerowsecurity, pg_get_expr(relpartbound, oid))
  from pg_class where relkind in ('r', 'p', 'v', 'm', 'S')
union all select 'type ' || oid::regtype::text, concat_ws(' ', typtype, typcategory, typlen, typnotnull, typdefault, typstorage) from pg_type
union all select 'operator ' || oid::regoperator::text,
  concat_ws(' ', oprcom::regoperator, oprnegate::regoperator, oprcode, oprrest, oprjoin, oprcanmerge, oprcanhash) from pg_operator
order by 1, 2`

async function serverDefinitions(client: pg.Client): Promise<unknown[]> {
  await client.query(`set search_path = ''`)
  const { rows } = await client.query(SERVER_DEFINITIONS)
  // Types of TOAST tables and internal triggers carry object ids in their names.
  return rows.filter(({ name }) => !/pg_toast/.test(name))
}

async function dumpOf(url: string): Promise<string> {
  const options = ['--schema-only', '--no-owner', '--no-privileges', `--dbname=${url}`]
  const { stdout } = await promisify(execFile)(pgDump ?? '', options, { maxBuffer: 64 * 1024 * 1024 })
  return stdout.replaceAll(/^\\(?:un)?restrict .*$/gm, '')
}

/** Every statement in the order of a restore, without records. */
async function restoreSchema(url: string, document: SchemaDocument): Promise<void> {
  await withClient(url, (client) =>
    replay(client, [
      ...preDataStatements(document, 'all'),
      ...postDataStatements(document, 'all'),
      ...sequenceStatements(document, 'all'),
      ...refreshStatements(document, 'all'),
    ]),
  )
}

describe.each(POSTGRES_VERSIONS)('a database with every kind of object, on PostgreSQL %i', (version) => {
  let original: string
  let copy: string
  let before: ReadDocument

  beforeAll(async () => {
    original = await everyKind(version)
    before = await schemaOf(original)
    copy = await (await sharedPostgres(version)).createDatabase()
    await restoreSchema(copy, before.document)
  })

  it('is made again from the statements, and read the same', async () => {
    expect(before.leftOut).toEqual([])
    expect((await schemaOf(copy)).document).toEqual(before.document)
  })

  it('has the same definitions in the words of the server', async () => {
    expect(await withClient(copy, serverDefinitions)).toEqual(await withClient(original, serverDefinitions))
  })

  if (version <= DUMPED_UP_TO) {
    it.skipIf(pgDump === undefined)('has the same text from pg_dump', async () => {
      const text = await dumpOf(original)
      expect(text).toContain('CREATE TABLE shop.orders')
      expect(await dumpOf(copy)).toBe(text)
    })
  }
})

describe('a schema read on one version', () => {
  it('can be made on a newer one, and is read there the same', async () => {
    const before = await schemaOf(await everyKind(13))
    const copy = await (await sharedPostgres(18)).createDatabase()
    await restoreSchema(copy, before.document)
    const after = await schemaOf(copy)
    const names = (document: SchemaDocument) => document.objects.map(({ kind, name }) => `${kind}:${name}`).sort()
    expect(names(after.document)).toEqual(names(before.document))
  })
})
