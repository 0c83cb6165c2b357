import { withClient } from '../src/bench-server.ts'
import { createBulkDatabase } from '../src/bulk-database.ts'
import { atMost, type Proof, type ProofOptions, type ProvenLine, told } from './proof.ts'
import { startS3Workbench } from './s3-workbench.ts'

/**
 * A database of `DBSNAP_PROVE_S3_GB` (default 10.5) goes from its cursor to an S3 server: in how much memory, and into which files.
 */
export const s3LargeProof: Proof = { name: 's3-large', run: proveLarge }

async function* proveLarge(options: ProofOptions): AsyncGenerator<ProvenLine, void, undefined> {
  const gigabytes = Number(process.env.DBSNAP_PROVE_S3_GB ?? 10.5)
  const where = `S3, ${gigabytes} GB`
  await using bench = await startS3Workbench(where, [], options)
  const url = await bench.database.create('bulk')
  const began = performance.now()
  await createBulkDatabase(url, gigabytes * 1e9)
  options.say(`a database of ${gigabytes} GB made in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  yield* bench.step('init', 'init')
  const taken = yield* bench.step('take', 'take', url, '--json')
  const { bytes, records } = JSON.parse(taken.head)
  yield told(`${where}: taken`, `${(bytes / 1e9).toFixed(2)} GB, ${records} records, in ${taken.seconds.toFixed(0)} s`)
  yield {
    claim: `${where}: bytes read`,
    figure: `${(bytes / 1e9).toFixed(2)} GB`,
    bound: '> 10 GB',
    holds: bytes > 10e9,
  }
  const elsewhere = taken.written.filter((path) => !path.startsWith(bench.cache))
  for (const path of elsewhere) options.say(`written: ${path}`)
  yield atMost(`${where}: files written outside the cache`, elsewhere.length, 0, '', 0)
  yield atMost(`${where}: files made below the temporary folder`, bench.temporaryFiles(), 0, '', 0)
  await withClient(url, (client) =>
    client.query('update bulk_0 set status = status || $1 where id % 100000 = 0', ['!']),
  )
  yield* bench.step('take again', 'take', url)
  yield* bench.step('diff', 'diff', 'latest~1', 'latest', '--json', '--limit', '0')
}
