import pg from 'pg'
import copyStreams from 'pg-copy-streams'
import type { JobResult } from './worker-job.ts'

/** As the adapter reads: the same statement, the same driver, the same read-ahead. */
const STATEMENT = `COPY (SELECT "id", "customer_id", "status", "total", "currency", "created_at", "street", "city",
  "postcode", "country", "note", "payload" FROM ONLY "public"."orders" ORDER BY "id") TO STDOUT`
const READ_AHEAD_BYTES = 256 * 1024

/** Connects, reads all orders in order and throws them away: the limit that no snapshot can beat. */
export async function bareCopy(url: string): Promise<JobResult> {
  const began = performance.now()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  let bytes = 0
  for await (const piece of client.query(copyStreams.to(STATEMENT, { highWaterMark: READ_AHEAD_BYTES }))) {
    bytes += (piece as Buffer).length
  }
  await client.end()
  return { seconds: (performance.now() - began) / 1000, bytes }
}
