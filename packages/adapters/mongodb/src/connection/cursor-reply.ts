import { SourceFailedError } from '@dbsnap/core/errors'

const DOCUMENT = 0x03
const ARRAY = 0x04
const LONG = 0x12
const TIMESTAMP = 0x11
const STRING = 0x02

/** What is in the `cursor` of a reply, found without an object per document. */
export interface CursorReply {
  /** 0 where the server has no more. */
  readonly id: bigint
  /** The documents, one after the other: a view of the reply. */
  readonly documents: Buffer
  readonly count: number
  /** Offset in `documents` of the last of them. */
  readonly last: number
}

/** The `id` alone: before `readCursorReply`, which moves bytes. */
export function readCursorId(cursor: Buffer): bigint {
  for (const { name, type, start } of elements(cursor)) {
    if (name === 'id' && type === LONG) return cursor.readBigInt64LE(start)
  }
  throw unreadable()
}

/**
 * Reads the raw `cursor` document of a `find` or `getMore`. In the reply each document is an element of an array, with a type and
 * a position before it; those are squeezed out in place, so that what is left are the documents' own bytes.
 */
export function readCursorReply(cursor: Buffer): CursorReply {
  const id = readCursorId(cursor)
  for (const { type, start } of elements(cursor)) {
    if (type === ARRAY) return { id, ...squeeze(cursor, start) }
  }
  throw unreadable()
}

function* elements(document: Buffer): Generator<{ name: string; type: number; start: number }> {
  for (let at = 4; at < document.length - 1; ) {
    const type = document[at] as number
    const nameEnd = document.indexOf(0, at + 1)
    const start = nameEnd + 1
    yield { name: document.toString('latin1', at + 1, nameEnd), type, start }
    at = start + sizeOf(document, type, start)
  }
}

function sizeOf(bytes: Buffer, type: number, at: number): number {
  switch (type) {
    case LONG:
    case TIMESTAMP:
      return 8
    case ARRAY:
    case DOCUMENT:
      return bytes.readInt32LE(at)
    case STRING:
      return 4 + bytes.readInt32LE(at)
    case 0x08:
      return 1
    default:
      throw unreadable()
  }
}

function squeeze(bytes: Buffer, start: number): { documents: Buffer; count: number; last: number } {
  const end = start + bytes.readInt32LE(start) - 1
  let filled = start
  let last = start
  let count = 0
  for (let at = start + 4; at < end; count++) {
    // Type and position: at least three bytes.
    at += 2
    while (bytes[at] !== 0) at++
    const length = bytes.readInt32LE(at + 1)
    bytes.copyWithin(filled, at + 1, at + 1 + length)
    last = filled
    filled += length
    at += 1 + length
  }
  return { documents: bytes.subarray(start, filled), count, last: last - start }
}

function unreadable(): SourceFailedError {
  return new SourceFailedError('the reply of the server cannot be read', {
    hint: 'Nothing was published. Report it, with the versions of the server and of the driver.',
  })
}
