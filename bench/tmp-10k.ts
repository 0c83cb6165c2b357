import { startPostgres } from '@dbsnap/test-servers'
import { withClient } from './src/bench-server.ts'
import { runDbsnap } from './src/run-dbsnap.ts'
import { writeFileSync } from 'node:fs'
const server = await startPostgres({ version: 15, settings: { shared_buffers: '512MB', maintenance_work_mem: '256MB', max_wal_size: '8GB', autovacuum: 'off', max_locks_per_transaction: '1024' } })
const url = await server.createDatabase('large')
await withClient(url, async (c) => {
  await c.query(`create table keyless (what text, number integer, padding text);
    insert into keyless select md5((n % 150000)::text), n % 1000, repeat(md5((n % 977)::text), 14) from generate_series(1, 300000) n;
    create table texts (id integer primary key, content text);
    insert into texts select n, repeat(md5(n::text), 262144) from generate_series(1, 48) n;
    create table facts (id bigint primary key, status text not null, amount numeric(12, 2) not null, note text not null);
    insert into facts select n, 'new', (n % 100000) / 100.0, repeat(md5(n::text), 4) from generate_series(1, 1000000) n;
    create schema tiny;
    do $$ begin for n in 1..10000 loop
      execute format('create table tiny.t_%s (id integer primary key, what text)', n);
      execute format('insert into tiny.t_%s values (1, %L), (2, null)', n, 'row of table ' || n);
    end loop; end $$; analyze`)
})
writeFileSync('/tmp/many/pg-url', `${url}\n${server.url()}\n`)
const o = { repository: '/tmp/many/repo10k', signal: new AbortController().signal }
await runDbsnap(['init'], o)
for (const a of [['take', url]]) { const r = await runDbsnap(a, o); console.log(a[0], r.seconds, r.peakBytes / 1048576) }
await withClient(server.url(), (c) => c.query('drop database large'))
console.log('ready')
setInterval(() => {}, 1e6)
process.on('SIGTERM', async () => { await server.stop(); process.exit(0) })
