/**
 * `npm run bench:mysql -- [--flavour mysql|mariadb] [--orders n] [--rounds n]`: our take and restore beside the servers' own
 * client programs on the same data, in turns; medians, and ratios within the same run. Needs `mariadb`, `mariadb-dump` and `zstd`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { folder, Repository } from '@dbsnap/core'
import { mysql } from '@dbsnap/mysql'
import { type MysqlFlavour, startMysql } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'
import { changeMysqlOrders, createMysqlOrders } from './src/mysql-orders.ts'
import { runPipeline } from './src/run-process.ts'

const { values } = parseArgs({
  options: {
    flavour: { type: 'string', default: 'mysql' },
    orders: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
  },
})
const flavour: MysqlFlavour = values.flavour === 'mariadb' ? 'mariadb' : 'mysql'
const log = flavour === 'mariadb' ? { 'innodb-log-file-size': '512M' } : { 'innodb-redo-log-capacity': '1G' }
const settings = { 'innodb-buffer-pool-size': '1G', 'local-infile': '1', ...log }

const seconds = new Map<string, number[]>()
async function measure<T>(name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const result = await work()
  seconds.set(name, [...(seconds.get(name) ?? []), (performance.now() - began) / 1000])
  return result
}

function median(name: string): number {
  const sorted = [...(seconds.get(name) ?? [])].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const place = await mkdtemp(join(tmpdir(), 'dbsnap-bench-mysql-'))
const server = await startMysql(flavour, { settings })
try {
  const url = await server.createDatabase('orders')
  const client = await driver.createConnection(url)
  await createMysqlOrders(client, Number(values.orders), flavour)
  const access = ['--no-defaults', '-uroot', '-h127.0.0.1', `-P${server.port}`]
  const dump = ['mariadb-dump', ...access, '--single-transaction', '--skip-comments', 'orders']
  const stored = { first: 0, again: 0, changed: 0 }
  for (let round = 1; round <= Number(values.rounds); round++) {
    const repository = await Repository.create(folder(join(place, `repository-${round}`)), { passphrase: 'bench' })
    await measure('bare ordered SELECT', () =>
      runPipeline([
        ['mariadb', ...access, '--quick', '-N', '-e', 'select * from orders order by id', 'orders'],
        ['sh', '-c', 'cat >/dev/null'],
      ]),
    )
    const first = await measure('take', () => repository.take(mysql(url)))
    const again = await measure('take again', () => repository.take(mysql(url)))
    await measure('dump | zstd', () => runPipeline([dump, ['zstd', '-3', '-q', '-f', '-o', join(place, 'orders.zst')]]))
    const [ours, theirs] = [await server.createDatabase(), await server.createDatabase()]
    await measure('restore', () => repository.restore(first, mysql(ours), { mode: 'create' }))
    const theirName = new URL(theirs).pathname.slice(1)
    await measure('mysql < dump', () =>
      runPipeline([
        ['zstd', '-dcq', join(place, 'orders.zst')],
        ['mariadb', ...access, theirName],
      ]),
    )
    for (const used of [ours, theirs]) await client.query(`drop database ${new URL(used).pathname.slice(1)}`)
    await changeMysqlOrders(client, round)
    const changed = await measure('take, 1 % changed', () => repository.take(mysql(url)))
    stored.first = first.storedBytes
    stored.again = again.storedBytes
    stored.changed = changed.storedBytes
    await repository.close()
  }
  await client.end()
  for (const name of seconds.keys()) console.log(`${name.padEnd(22)}${median(name).toFixed(2).padStart(8)} s`)
  const ratios = [
    ['take', 'bare ordered SELECT'],
    ['take again', 'bare ordered SELECT'],
    ['take', 'dump | zstd'],
    ['restore', 'mysql < dump'],
  ] as const
  for (const [a, b] of ratios) console.log(`${`${a} / ${b}`.padEnd(34)}${(median(a) / median(b)).toFixed(2)}`)
  const share = (bytes: number) => `${((100 * bytes) / stored.first).toFixed(2)} %`
  console.log(
    `stored: ${stored.first} bytes first, ${share(stored.again)} again, ${share(stored.changed)} after 1 % changed`,
  )
} finally {
  await server.stop()
  await rm(place, { recursive: true, force: true })
}
