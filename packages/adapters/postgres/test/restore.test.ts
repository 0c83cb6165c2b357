import { memory, Repository } from '@dbsnap/core'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { postgres } from '../src/index.ts'

const SHOP = `
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood mood DEFAULT 'ok');
  CREATE TABLE orders (id bigserial PRIMARY KEY, customer int NOT NULL REFERENCES customers ON DELETE CASCADE,
    total numeric(10,2) CHECK (total >= 0), doc jsonb);
  CREATE INDEX orders_customer_idx ON orders (customer);
  CREATE TABLE audit (what text);
  CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.audit VALUES (TG_OP); RETURN NULL; END $$;
  INSERT INTO customers (name) SELECT 'customer ' || i FROM generate_series(1, 50) i;
  INSERT INTO orders (customer, total, doc) SELECT 1 + i % 50, i, jsonb_build_object('i', i) FROM generate_series(1, 2000) i;
  INSERT INTO audit SELECT 'same' FROM generate_series(1, 5);
  CREATE TRIGGER note AFTER INSERT OR DELETE OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note();`

let url = ''
let client: pg.Client
let repository: Repository

async function connect(to: string): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: to })
  await opened.connect()
  return opened
}

async function count(table: string, on = client): Promise<number> {
  return Number((await on.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n)
}

/** The last word of a diff. */
async function summary(left: Parameters<Repository['diff']>[0], right: Parameters<Repository['diff']>[1]) {
  let last: unknown
  for await (const difference of repository.diff(left, right)) last = difference
  return last as { collections: { name: string; added: number; removed: number; changed: number }[]; schema: object }
}

beforeEach(async () => {
  url = await (await sharedPostgres()).createDatabase()
  client = await connect(url)
  await client.query(SHOP)
  repository = await Repository.create(memory(), { unencrypted: true })
})
afterEach(() => client.end())

const nothing = { added: 0, removed: 0, changed: 0 }

describe('restore', () => {
  it('creates everything in an empty database', async () => {
    const before = await repository.take(postgres(url))
    const empty = await (await sharedPostgres()).createDatabase()
    await repository.restore(before, postgres(empty), { mode: 'create' })
    const found = await summary(before, postgres(empty))
    expect(found.schema).toEqual(nothing)
    for (const collection of found.collections) expect(collection).toMatchObject(nothing)
    const there = await connect(empty)
    const { rows } = await there.query(`INSERT INTO customers (name) VALUES ('next') RETURNING id`)
    expect(rows).toEqual([{ id: 51 }])
    await there.end()
    await expect(repository.restore(before, postgres(empty), { mode: 'create' })).rejects.toMatchObject({
      code: 'TARGET_NOT_EMPTY',
    })
  })

  it('overwrites exactly what differs, fires no trigger, cascades nothing, brings an index back', async () => {
    const before = await repository.take(postgres(url))
    await client.query(`
      ALTER TABLE orders DISABLE TRIGGER note;
      UPDATE orders SET total = total + 1 WHERE id <= 37;
      DELETE FROM orders WHERE id = 100;
      INSERT INTO orders (customer, total) VALUES (2, 9);
      DELETE FROM audit WHERE ctid IN (SELECT ctid FROM audit LIMIT 2);
      DROP INDEX orders_customer_idx;
      UPDATE customers SET name = 'x' WHERE id = 3;
      ALTER TABLE orders ENABLE TRIGGER note`)
    const plan = await repository.plan(before, postgres(url), { mode: 'overwrite' })
    expect(plan.collections).toEqual([
      { name: 'public.audit', route: 'change', added: 2, removed: 0, changed: 0 },
      { name: 'public.customers', route: 'change', added: 0, removed: 0, changed: 1 },
      { name: 'public.orders', route: 'change', added: 1, removed: 1, changed: 37 },
    ])
    expect(plan.steps.map(({ description }) => description)).toEqual(['create index public.orders_customer_idx'])
    await expect(repository.restore(before, postgres(url), { mode: 'overwrite' })).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
    })
    const result = await repository.apply(plan)
    expect(result.safetySnapshot?.records).toBe(2053)
    const found = await summary(before, postgres(url))
    expect(found.schema).toEqual(nothing)
    for (const collection of found.collections) expect(collection).toMatchObject(nothing)
    expect(await count('orders')).toBe(2000)
    expect(await count('audit')).toBe(5)
  })

  it('refuses a plan whose target has moved, and writes nothing', async () => {
    const before = await repository.take(postgres(url))
    await client.query(`UPDATE customers SET name = 'x' WHERE id = 3`)
    const plan = await repository.plan(before, postgres(url), { mode: 'overwrite' })
    await client.query(`UPDATE customers SET name = 'y' WHERE id = 4`)
    await expect(repository.apply(plan)).rejects.toMatchObject({ code: 'TARGET_MOVED' })
    expect((await client.query(`SELECT name FROM customers WHERE id IN (3, 4) ORDER BY id`)).rows).toEqual([
      { name: 'x' },
      { name: 'y' },
    ])
  })

  it('restores one table and leaves every other as it was', async () => {
    const before = await repository.take(postgres(url))
    await client.query(`UPDATE customers SET name = 'changed'; UPDATE orders SET total = 1`)
    const between = await repository.take(postgres(url))
    await repository.restore(before, postgres(url), { mode: 'overwrite', include: ['customers'], confirm: true })
    const found = await summary(between, postgres(url))
    expect(found.schema).toEqual(nothing)
    expect(found.collections.map(({ name, added, removed, changed }) => [name, added + removed + changed])).toEqual([
      ['public.audit', 0],
      ['public.customers', 50],
      ['public.orders', 0],
    ])
  })

  it('refuses to break a foreign key', async () => {
    await client.query(`DELETE FROM customers WHERE id = 50`)
    const before = await repository.take(postgres(url))
    await client.query(`INSERT INTO customers (id, name) OVERRIDING SYSTEM VALUE VALUES (50, 'again');
      INSERT INTO orders (customer, total) VALUES (50, 1)`)
    const restore = repository.restore(before, postgres(url), {
      mode: 'overwrite',
      include: ['customers'],
      confirm: true,
    })
    await expect(restore).rejects.toMatchObject({
      code: 'INCOMPATIBLE_TARGET',
      message: expect.stringContaining('foreign key'),
    })
    expect(await count('customers')).toBe(50)
  })

  it('appends, and stops before anything is written where a key is known', async () => {
    const before = await repository.take(postgres(url))
    const append = () => repository.restore(before, postgres(url), { mode: 'append', include: ['customers'] })
    await expect(append()).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await client.query('TRUNCATE customers CASCADE')
    await append()
    expect(await count('customers')).toBe(50)
    expect(await count('orders')).toBe(0)
  })

  it('makes a table of another shape anew', async () => {
    const before = await repository.take(postgres(url))
    await client.query('DROP VIEW totals; ALTER TABLE orders DROP COLUMN doc, ADD COLUMN extra int DEFAULT 7')
    await repository.restore(before, postgres(url), { mode: 'overwrite', confirm: true })
    const found = await summary(before, postgres(url))
    expect(found.schema).toEqual(nothing)
    for (const collection of found.collections) expect(collection).toMatchObject(nothing)
  })

  it('loads a big table beside and adopts it', async () => {
    await client.query(`CREATE TABLE big (id int PRIMARY KEY, filler text NOT NULL, UNIQUE (filler, id));
      CREATE INDEX big_filler ON big (filler);
      INSERT INTO big SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 40000) i`)
    const before = await repository.take(postgres(url))
    const empty = await (await sharedPostgres()).createDatabase()
    await repository.restore(before, postgres(empty), { mode: 'create' })
    const found = await summary(before, postgres(empty))
    expect(found.schema).toEqual(nothing)
    for (const collection of found.collections) expect(collection).toMatchObject(nothing)
    const there = await connect(empty)
    expect((await there.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbsnap%'`)).rows).toEqual([])
    await there.end()
  })
})
