import { type MysqlFlavour, type MysqlServer, startMysql } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'
import type { BenchEngine } from './bench-engine.ts'
import { changeMysqlOrders, createMysqlOrders } from './mysql-orders.ts'

/** Debian's names: its clients of MariaDB read MySQL as well, and the server's family has none of its own among the packages. */
const [CLIENT, DUMP] = ['mariadb', 'mariadb-dump'] as const

const DATABASE = 'orders'

/** All orders fit into the server's memory, and its log does not end in somebody's measurement by chance. */
export function startBenchMysql(flavour: MysqlFlavour): Promise<MysqlServer> {
  const log = flavour === 'mariadb' ? { 'innodb-log-file-size': '512M' } : { 'innodb-redo-log-capacity': '1G' }
  return startMysql(flavour, { settings: { 'innodb-buffer-pool-size': '1G', 'local-infile': '1', ...log } })
}

/** MySQL or MariaDB with the orders, beside `mysql` and `mysqldump`. */
export async function openBenchMysql(flavour: MysqlFlavour, orders: number): Promise<BenchEngine> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startBenchMysql(flavour))
  const url = await server.createDatabase(DATABASE)
  const client = opened.adopt(await driver.createConnection(url), (connection) => connection.end())
  await createMysqlOrders(client, orders, flavour)
  const access = ['--no-defaults', '-uroot', '-h127.0.0.1', `-P${server.port}`]
  const all = opened.move()
  return {
    url,
    programs: [CLIENT, DUMP],
    bareRead: [
      [CLIENT, ...access, '--quick', '-N', '-e', 'select * from orders order by id', DATABASE],
      ['sh', '-c', 'cat >/dev/null'],
    ],
    dump: [DUMP, ...access, '--single-transaction', '--skip-comments', DATABASE],
    change: (round) => changeMysqlOrders(client, round),
    createEmpty: () => server.createDatabase(),
    drop: async (dropped) => {
      await client.query(`drop database ${client.escapeId(new URL(dropped).pathname.slice(1))}`)
    },
    load: (file, into) => [
      ['cat', file],
      [CLIENT, ...access, new URL(into).pathname.slice(1)],
    ],
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
