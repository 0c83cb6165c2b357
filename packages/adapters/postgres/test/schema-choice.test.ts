import type { SchemaDocument } from '@dbsnap/core/values'
import { sharedPostgres } from '@dbsnap/test-servers'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  postDataStatements,
  preDataStatements,
  refreshStatements,
  selectObjects,
  sequenceStatements,
} from '../src/schema/creation-order.ts'
import { dropStatement } from '../src/schema/drop-statement.ts'
import { databaseOf, everyKind, type ReadDocument, replay, schemaOf, withClient } from './schema-fixture.ts'

const NEWEST = 18
const DEPENDENTS_EXIST = '2BP01'
/** Answers of the server about a part of something else: an inherited constraint, a partition's index, `public`'s own. */
const PART_OF_ANOTHER = ['42P16', '42809', '55000', '42704']

let url: string
let whole: ReadDocument

beforeAll(async () => {
  url = await everyKind(NEWEST)
  whole = await schemaOf(url)
})

const ids = (document: SchemaDocument) => document.objects.map(({ kind, name }) => `${kind}:${name}`)

describe('a schema document', () => {
  it('names every object once', () => {
    expect(new Set(ids(whole.document)).size).toBe(whole.document.objects.length)
  })

  it('has every object after those it depends on, and knows all of those', () => {
    const seen = new Set<string>()
    for (const object of whole.document.objects) {
      for (const needed of object.dependsOn) expect(seen, `${object.kind} ${object.name}`).toContain(needed)
      seen.add(`${object.kind}:${object.name}`)
    }
  })

  it('has everything made before the records first, and foreign keys after all other constraints', () => {
    const { objects } = whole.document
    const firstAfter = objects.findIndex(({ section }) => section === 'post-data')
    expect(objects.slice(firstAfter).every(({ section }) => section === 'post-data')).toBe(true)
    const foreign = objects.findIndex(({ definition }) => definition.type === 'foreign key')
    expect(objects.slice(foreign).some(({ kind }) => kind === 'index' || kind === 'trigger')).toBe(false)
  })

  it('holds no object id and nothing of another session in its definitions', async () => {
    const again = await schemaOf(await everyKind(NEWEST))
    expect(again.document).toEqual(whole.document)
  })
})

describe('dropping', () => {
  it('says a statement that the server understands for each object, and takes nothing else along', async () => {
    await withClient(url, async (client) => {
      await client.query('begin')
      for (const object of whole.document.objects) {
        const sql = dropStatement(object)
        if (sql === undefined) {
          expect(['view query', 'type shell', 'operator family members']).toContain(object.kind)
          continue
        }
        expect(sql).not.toMatch(/cascade/i)
        await client.query('savepoint before_drop')
        const code = await client.query(sql).then(
          () => 'dropped',
          (error: { code: string }) => error.code,
        )
        expect(['dropped', DEPENDENTS_EXIST, ...PART_OF_ANOTHER], sql).toContain(code)
        await client.query('rollback to before_drop')
      }
      await client.query('rollback')
    })
  })

  it('really drops a table, a constraint, an index, a column and a function', async () => {
    const made = await databaseOf(
      NEWEST,
      `create table public."T t" (a int constraint "C c" check (a > 0), b int); create index "I i" on public."T t" (b);
       create function public."F f"(x int) returns int language sql as 'select 1'`,
    )
    const { document } = await schemaOf(made)
    const drops = document.objects.filter(({ kind, name }) => kind !== 'schema' && name !== 'public.T t.a')
    await withClient(made, async (client) => {
      for (const object of drops.reverse()) await client.query(dropStatement(object) ?? '')
    })
    expect(ids((await schemaOf(made)).document)).toEqual(['schema:public'])
  })
})

describe('a choice of tables', () => {
  const orders = (collection: string) => collection === 'shop.orders'

  it('keeps the schema of those alone, and says what was left out because it needs others', async () => {
    const { document, tables, leftOut } = await schemaOf(url, orders)
    const owned = new Set(document.objects.flatMap(({ collection }) => collection ?? []))
    expect([...owned]).toEqual(['shop.orders'])
    expect(tables.map(({ collection }) => collection)).toEqual(['shop.orders'])
    expect(ids(document)).not.toContain('constraint:shop.orders.orders_customer_fkey')
    const warning = leftOut.find(({ code }) => code === 'NEEDS_UNCHOSEN_TABLE')
    expect(warning?.message).toContain('constraint shop.orders.orders_customer_fkey')
    const copy = await (await sharedPostgres(NEWEST)).createDatabase()
    await withClient(copy, (client) =>
      replay(client, [
        ...preDataStatements(document, 'all'),
        ...postDataStatements(document, 'all'),
        ...sequenceStatements(document, 'all'),
        ...refreshStatements(document, 'all'),
      ]),
    )
    expect((await schemaOf(copy)).document).toEqual(document)
  })

  it('is asked with all that a partition belongs to, and keeps those of the chosen', async () => {
    const { document, tables } = await schemaOf(url, (_, ancestors) => ancestors.includes('shop.events_2024'))
    expect(tables.map(({ collection }) => collection)).toEqual(['shop.events_2024_rest', 'shop.events_2024_x'])
    expect(ids(document)).toContain('table:shop.events')
    expect(ids(document)).not.toContain('table:shop.events_2023')
  })
})

describe('a selection of a document', () => {
  it.each(['shop.orders', 'shop.house_cat', 'shop.events_2024_x', 'shop.typed', 'shop.needs_itself'])(
    '%s alone brings along what it rests on, and can be made in an empty database',
    async (collection) => {
      const selection = new Set([collection])
      const { document } = whole
      const kinds = new Set(selectObjects(document, selection).map(({ kind }) => kind))
      for (const kind of ['view', 'publication', 'event trigger', 'cast']) expect(kinds).not.toContain(kind)
      const copy = await (await sharedPostgres(NEWEST)).createDatabase()
      await withClient(copy, (client) =>
        replay(client, [...preDataStatements(document, selection), ...postDataStatements(document, selection)]),
      )
      const made = ids((await schemaOf(copy)).document)
      expect(made).toContain(`table:${collection}`)
      expect(made).not.toContain('table:shop.customers')
    },
  )
})
