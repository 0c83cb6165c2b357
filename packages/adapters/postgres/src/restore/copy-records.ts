import { ownCopy } from '@dbsnap/core/values'
import type { CopyIn } from './copy-in.ts'

/** A newline ends a record: COPY text escapes those inside values. */
const NEWLINE = 10

/**
 * Bytes sent to one stream before the other gets its turn. Small enough that neighbours in key order stay within a
 * few hundred pages of each other in the table, large enough that cutting costs nothing.
 */
const TURN_BYTES = 1024 * 1024

/** Copies a whole collection through one COPY; resolves with the number of records. Gives the COPY up on a failure. */
export async function copyRecords(copy: CopyIn, records: AsyncIterable<Buffer>): Promise<number> {
  try {
    for await (const bytes of records) {
      copy.push(bytes)
      await copy.room()
    }
    return await copy.end()
  } catch (error) {
    await copy.giveUp()
    throw error
  }
}

/**
 * Copies a collection through several COPYs at once, in turns, cut where a record ends; resolves with the number of
 * records. Each stream has a queue of its own (`COPY_QUEUE_BYTES`), so that all servers work while one turn is filled.
 */
export async function copyRecordsInTurns(copies: readonly CopyIn[], records: AsyncIterable<Buffer>): Promise<number> {
  try {
    let turn = 0
    let sent = 0
    for await (const bytes of records) {
      const copy = copies[turn] as CopyIn
      const end = sent + bytes.length >= TURN_BYTES ? bytes.lastIndexOf(NEWLINE) + 1 : 0
      if (end === 0) {
        copy.push(bytes)
        sent += bytes.length
      } else {
        // Memory of its own: either stream gives back what it was given.
        const rest = ownCopy(bytes.subarray(end))
        copy.push(bytes.subarray(0, end))
        turn = (turn + 1) % copies.length
        const next = copies[turn] as CopyIn
        await next.room()
        next.push(rest)
        sent = rest.length
      }
      if (sent >= 2 * TURN_BYTES) await (copies[turn] as CopyIn).room()
    }
    const counts = await Promise.all(copies.map((copy) => copy.end()))
    return counts.reduce((sum, count) => sum + count, 0)
  } catch (error) {
    await Promise.all(copies.map((copy) => copy.giveUp()))
    throw error
  }
}
