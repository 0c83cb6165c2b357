import { startMongo } from '@dbsnap/test-servers'
import type { BenchEngine } from './bench-engine.ts'
import { changeOrders, dropDatabase, fillOrders } from './mongodb-orders.ts'

const CHANGED_SHARE = 0.01
const [DATABASE, EMPTY] = ['bench', 'restored'] as const

/** MongoDB with the orders, beside `mongodump` and `mongorestore` of the PATH. */
export async function openBenchMongo(orders: number): Promise<BenchEngine> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startMongo({ parameters: ['--setParameter', 'ttlMonitorEnabled=false'] }))
  const [url, emptyUrl] = [server.url(DATABASE), server.url(EMPTY)]
  await fillOrders(url, orders)
  const dump = ['mongodump', `--uri=${url}`, '--quiet', '--collection=orders']
  const names = [`--nsFrom=${DATABASE}.*`, `--nsTo=${EMPTY}.*`, '--numInsertionWorkersPerCollection=4']
  const address = emptyUrl.replace(`/${EMPTY}`, '/')
  const all = opened.move()
  return {
    url,
    programs: ['mongodump', 'mongorestore'],
    bareRead: [[...dump, '--archive=/dev/null']],
    dump: [...dump, '--archive'],
    change: async (round) => {
      await changeOrders(url, orders, CHANGED_SHARE, round)
    },
    createEmpty: async () => emptyUrl,
    drop: dropDatabase,
    load: (file) => [['mongorestore', `--uri=${address}`, '--quiet', ...names, `--archive=${file}`]],
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
