import driver from 'mysql2/promise'

/** What is needed of a database client: one connection on which statements run one after the other. */
export interface MysqlOrdersClient {
  query(sql: string): Promise<unknown>
}

const TABLE = `create table orders (
  id bigint not null auto_increment, customer_id int not null, status varchar(20) not null, total decimal(12,2) not null,
  created_at datetime not null, address varchar(120) not null, note text,
  primary key (id), key customer_id (customer_id), key status_created_at (status, created_at))`

/** Characters out of a hash that both families of servers know. */
const text = (of: string, length: number): string => `left(sha2(${of}, 256), ${length})`

/** Fills an empty database with the benchmark's one table, generated on the server: same count, same bytes. */
export async function createMysqlOrders(client: MysqlOrdersClient, count: number, flavour: string): Promise<void> {
  const depth = flavour === 'mysql' ? 'cte_max_recursion_depth' : 'max_recursive_iterations'
  await client.query(`set session ${depth} = ${count + 1}`)
  await client.query(TABLE)
  await client.query(`insert into orders
    with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count})
    select n, (n * 7919) % 100000, elt(1 + n % 4, 'new', 'paid', 'shipped', 'returned'), (n * 31 % 1000000) / 100,
           date_add('2020-01-01', interval n second),
           concat(${text('n', 32)}, ' street ', n % 1000, ', city of ', ${text('n * 3', 32)}),
           concat(${text('n * 5', 40)}, ' ', ${text('n * 7', 40)}) from numbers`)
  await client.query('analyze table orders')
}

/** Changes one order in a hundred, scattered. Another `round` takes other orders. */
export async function changeMysqlOrders(client: MysqlOrdersClient, round: number): Promise<void> {
  await client.query(`update orders set total = total + 1, status = 'changed'
    where conv(left(sha2(concat(id, '-', ${round}), 256), 8), 16, 10) % 100 = 0`)
}

/** Changes exactly `rows` of the orders of a database, far from one another. */
export async function changeSomeMysqlOrders(url: string, count: number, rows: number): Promise<void> {
  const client = await driver.createConnection(url)
  try {
    const step = Math.floor(count / rows)
    await client.query(`update orders set total = total + 1 where id % ${step} = 0 and id <= ${step * rows}`)
  } finally {
    await client.end()
  }
}
