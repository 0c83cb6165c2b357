import type { Repository, RestoreMode, Snapshot } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { type TestDatabase, testDatabase } from '../src/test-database.ts'

const SHOP = `
  CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, note text);
  CREATE TABLE orders (id serial PRIMARY KEY, customer int NOT NULL REFERENCES customers ON UPDATE CASCADE ON DELETE CASCADE, total numeric(10,2));
  CREATE TABLE lines (orders int REFERENCES orders ON DELETE SET NULL, n int, what text);
  CREATE TABLE fired (what text);
  CREATE INDEX customers_name ON customers (name);
  CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.fired VALUES (TG_TABLE_NAME || TG_OP); RETURN coalesce(NEW, OLD); END $$;
  INSERT INTO customers (name) SELECT 'c' || i FROM generate_series(1, 50) i;
  INSERT INTO orders (customer, total) SELECT 1 + i % 50, i FROM generate_series(1, 500) i;
  INSERT INTO lines SELECT 1 + i % 500, i, 'x' FROM generate_series(1, 1000) i;
  CREATE TRIGGER plain BEFORE INSERT OR UPDATE OR DELETE ON customers FOR EACH ROW EXECUTE FUNCTION fire();
  CREATE TRIGGER always AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON customers EXECUTE FUNCTION fire();
  ALTER TABLE customers ENABLE ALWAYS TRIGGER always;
  CREATE TRIGGER replica AFTER INSERT OR DELETE ON customers FOR EACH ROW EXECUTE FUNCTION fire();
  ALTER TABLE customers ENABLE REPLICA TRIGGER replica;
  CREATE TRIGGER off AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION fire(); ALTER TABLE customers DISABLE TRIGGER off;
  CREATE RULE audit AS ON DELETE TO customers DO ALSO INSERT INTO fired VALUES ('rule');`

const DAMAGE = `
  SET session_replication_role = replica;
  UPDATE customers SET name = 'changed' WHERE id <= 10;
  DELETE FROM customers WHERE id = 50;
  INSERT INTO customers (id, name) VALUES (51, 'new');
  UPDATE orders SET total = total + 1;
  UPDATE lines SET what = 'changed' WHERE n < 100;
  DROP INDEX customers_name;
  DELETE FROM fired;
  SET session_replication_role = origin;`

const TRIGGERS = `SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`

let database: TestDatabase
let repository: Repository
let before: Snapshot
let damaged: Snapshot

beforeEach(async () => {
  database = await testDatabase(SHOP)
  repository = await memoryRepository()
  before = await repository.take(postgres(database.url))
  await database.sql(DAMAGE)
  damaged = await repository.take(postgres(database.url))
})
afterEach(() => database.close())

function restore(mode: RestoreMode, url = database.url) {
  return repository.restore(before, postgres(url), { mode, include: ['customers'], confirm: true })
}

async function differsFromDamaged() {
  return compare(repository, damaged, postgres(database.url))
}

/** Every table belongs to a user who is no superuser: triggers and foreign keys must be held off by name. */
async function asOwner(): Promise<string> {
  const { name, url } = await database.stranger()
  await database.sql(`GRANT ALL ON SCHEMA public TO ${name};
    DO $$ DECLARE t text; BEGIN FOR t IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      LOOP EXECUTE format('ALTER TABLE %s OWNER TO ${name}', t); END LOOP; END $$`)
  return url
}

describe.each([
  ['a superuser', async () => database.url],
  ['the owner of the tables', asOwner],
])('one table restored by %s', (_, urlOf) => {
  it('by overwrite, then by append: every other table is as it was, no trigger or rule has acted', async () => {
    const url = await urlOf()
    const triggers = await database.sql(TRIGGERS)
    await restore('overwrite', url)
    expect(await differsFromDamaged()).toEqual({
      records: { 'public.customers': [1, 1, 10] },
      schema: ['added index public.customers_name'],
    })
    expect(await compare(repository, before, postgres(database.url))).toMatchObject({ schema: [] })
    expect(await database.sql('SELECT * FROM fired')).toEqual([])
    expect(await database.sql(TRIGGERS)).toEqual(triggers)
    const overwritten = await repository.take(postgres(database.url))

    await database.sql(`SET session_replication_role = replica; DELETE FROM customers; DELETE FROM fired;
      SELECT setval('customers_id_seq', 1); SET session_replication_role = origin`)
    await restore('append', url)
    expect(await compare(repository, overwritten, postgres(database.url))).toEqual(nothing)
    expect(await database.sql(TRIGGERS)).toEqual(triggers)
    expect(await database.sql(`SELECT nextval('customers_id_seq')`)).toEqual([{ nextval: '51' }])
  })

  it('is refused where other tables would refer to records that are gone, and nothing is written', async () => {
    const url = await urlOf()
    await database.sql(`INSERT INTO orders (customer, total) VALUES (51, 1); DELETE FROM fired`)
    const between = await repository.take(postgres(database.url))
    await expect(restore('overwrite', url)).rejects.toMatchObject({
      code: 'INCOMPATIBLE_TARGET',
      message: expect.stringContaining('orders_customer_fkey'),
    })
    expect(await compare(repository, between, postgres(database.url))).toEqual(nothing)
    expect(await database.sql('SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 501 }])
  })
})

it('appending keys that are there is refused, and nothing is written', async () => {
  await expect(restore('append')).rejects.toMatchObject({ code: 'KEY_EXISTS', data: { count: 49 } })
  expect(await differsFromDamaged()).toEqual(nothing)
})

it('a user who may not write is refused by name, and nothing is written', async () => {
  const { name, url } = await database.stranger()
  await database.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}`)
  await expect(restore('overwrite', url)).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    message: expect.stringContaining('customers'),
  })
  expect(await differsFromDamaged()).toEqual(nothing)
})
