/** A process that takes snapshots of a changing database, each slow enough for a prune to meet it. */
import { folder } from '@dbsnap/core'
import { openSafetyRepository } from './safety-repository.ts'
import { order, say, untilTerminated } from './torture-child.ts'
import { DIGEST_TAG, TortureDatabase } from './torture-database.ts'
import { TORTURE_LEASE } from './torture-order.ts'

/** Plain bytes a second: a take lasts a second or so. */
const MAX_RATE = 60_000
const CHUNK_BYTES = 16 * 1024

const database = new TortureDatabase(order.name, order.seed)
const repository = await openSafetyRepository(folder(order.path), { writerLease: TORTURE_LEASE })

await untilTerminated(async () => {
  database.change()
  const tags = { [DIGEST_TAG]: database.digest }
  const { id } = await repository.take(database.source, { tags, maxRate: MAX_RATE, chunkBytes: CHUNK_BYTES })
  say({ event: 'taken', id })
})
