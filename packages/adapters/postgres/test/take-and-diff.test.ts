import { type Difference, memory, Repository } from '@dbsnap/core'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { expect, it } from 'vitest'
import { postgres } from '../src/index.ts'

async function all(differences: AsyncIterable<Difference>): Promise<Difference[]> {
  const found: Difference[] = []
  for await (const difference of differences) found.push(difference)
  return found
}

it('takes a snapshot, shows what changed since, and what that cost', async () => {
  const server = await sharedPostgres()
  const url = await server.createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`
    CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2), paid boolean);
    CREATE INDEX orders_status ON orders (status);
    CREATE TABLE audit (what text, at timestamptz);
    INSERT INTO orders SELECT i, 'new', i * 1.5, i % 2 = 0 FROM generate_series(1, 20000) i;
    INSERT INTO audit SELECT 'seen ' || i % 10, '2024-01-01' FROM generate_series(1, 1000) i`)
  const repository = await Repository.create(memory(), { unencrypted: true })
  const source = postgres(url)
  const before = await repository.take(source)
  expect(before.records).toBe(21_000)
  const again = await repository.take(source)
  expect(again.collections.map(({ root }) => root)).toEqual(before.collections.map(({ root }) => root))
  expect(again.parent).toBe(before.id)
  await client.query(`
    UPDATE orders SET status = 'paid' WHERE id = 77;
    DELETE FROM orders WHERE id = 78;
    INSERT INTO orders VALUES (30000, E'a\\tb', NULL, NULL);
    INSERT INTO audit VALUES ('seen 1', '2024-01-01');
    DROP INDEX orders_status`)
  const live = await all(repository.diff(before, source))
  const after = await repository.take(source)
  expect(await all(repository.diff(before, after))).toEqual(live)
  expect(live).toEqual([
    expect.objectContaining({ collection: 'public.audit', kind: 'added', key: {}, count: 1 }),
    expect.objectContaining({ collection: 'public.orders', kind: 'changed', key: { id: '77' }, fields: ['status'] }),
    expect.objectContaining({ kind: 'removed', key: { id: '78' }, after: null }),
    expect.objectContaining({ kind: 'added', after: { id: '30000', status: 'a\tb', total: null, paid: null } }),
    expect.objectContaining({ type: 'schema', object: 'index', kind: 'removed', name: 'public.orders_status' }),
    {
      type: 'summary',
      collections: [
        { name: 'public.audit', added: 1, removed: 0, changed: 0, recordsBefore: 1000, recordsAfter: 1001 },
        { name: 'public.orders', added: 1, removed: 1, changed: 1, recordsBefore: 20_000, recordsAfter: 20_000 },
      ],
      schema: { added: 0, removed: 1, changed: 0 },
    },
  ])
  // Four changed chunks as deltas; most of it is what every snapshot costs: a manifest, an index file, a schema.
  expect(after.storedBytes).toBeLessThan(before.storedBytes / 6)
  const report = await repository.check({ readFraction: 1 })
  expect(report).toMatchObject({ sound: true, snapshots: 3 })
  await client.end()
})
