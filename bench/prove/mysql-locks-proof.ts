import { memory, Repository } from '@dbsnap/core'
import { mysql } from '@dbsnap/mysql'
import { MYSQL_FLAVOURS, type MysqlFlavour } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'
import { openBenchMysql } from '../src/bench-mysql.ts'
import { MysqlWriteLoad } from '../src/mysql-write-load.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine } from './proof.ts'

const ORDERS = 100_000
const WRITERS = 2
/** Takes beside each kind of disturbance: where in a second the server looks at its clock is chance. */
const TAKES = 3
/** Seconds, with default time-outs. */
const LONGEST_WAIT = 5

/** What the take's lock has to wait for, or must not. */
const DISTURBANCES = [
  // A row a minute, far longer than any take here; it is ended when the takes are done.
  { what: 'a long query', begin: ['select sleep(60) from orders'] },
  {
    what: 'a transaction that has written and does not end',
    begin: ['begin', 'update orders set total = total where id = 1'],
  },
] as const

/** How long those who write beside a take of MySQL or MariaDB wait, while somebody else keeps its tables busy. */
export const mysqlLocksProof: Proof = {
  name: 'mysql-locks',
  async *run({ say, signal }: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
    for (const flavour of MYSQL_FLAVOURS) {
      await using engine = await openBenchMysql(flavour, ORDERS)
      for (const disturbance of DISTURBANCES) {
        signal.throwIfAborted()
        yield await longestWait(flavour, engine.url, disturbance, say)
      }
    }
  },
}

async function longestWait(
  flavour: MysqlFlavour,
  url: string,
  { what, begin }: (typeof DISTURBANCES)[number],
  say: (line: string) => void,
): Promise<ProvenLine> {
  await using opened = new AsyncDisposableStack()
  const observer = opened.adopt(await driver.createConnection(url), (client) => client.end())
  const busy = opened.adopt(await driver.createConnection(url), (client) => client.destroy())
  const last = begin.at(-1) as string
  for (const statement of begin.slice(0, -1)) await busy.query(statement)
  const lasting = busy.query(last).then(
    () => 'ended',
    () => 'ended',
  )
  if (last.startsWith('select')) await untilItRuns(observer, busy.threadId)
  else await lasting
  const writers = opened.adopt(await MysqlWriteLoad.start(url, WRITERS, ORDERS), (load) => load.stop())
  const repository = await Repository.create(memory(), { unencrypted: true })
  for (let take = 1; take <= TAKES; take++) {
    const { source, seconds } = await repository.take(mysql(url))
    say(`${flavour} beside ${what}: take in ${seconds.toFixed(1)} s, ${JSON.stringify(source.details.readLock)}`)
  }
  const { longest, count } = writers.soFar()
  if (last.startsWith('select') && (await Promise.race([lasting, 'runs'])) !== 'runs')
    throw new Error('the long query ended before the takes did, so that nothing is shown')
  await observer.query(`kill ${busy.threadId}`)
  await lasting
  return atMost(
    `${flavour}: longest wait of ${count} writes beside ${TAKES} takes and ${what}`,
    longest,
    LONGEST_WAIT,
    's',
  )
}

async function untilItRuns(observer: driver.Connection, thread: number): Promise<void> {
  for (;;) {
    const [rows] = await observer.query<driver.RowDataPacket[]>(
      `select 1 from information_schema.processlist where id = ? and state like 'User sleep'`,
      [thread],
    )
    if (rows.length > 0) return
  }
}
