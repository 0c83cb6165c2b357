import { DamagedError } from '../errors/damaged-error.ts'
import { OBJECT_ID_BYTES, type ObjectId, objectIdAt } from '../values/object-id.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import { MAX_VARINT_BYTES, VarintReader, writeVarint } from './varint.ts'

/** A node of a tree: a run of consecutive entries of one level. */
export interface TreeNode {
  /** 0: a leaf node, whose entries are chunks; else the entries are nodes of the level below. */
  readonly level: number
  /** In key order, at least one. `segmented` is false in inner nodes. */
  readonly entries: readonly ChunkEntry[]
}

/** Above any tree: 64 children to a node make 64^15 chunks by level 15. Keeps damaged bytes from sending a reader down forever. */
export const MAX_LEVEL = 31

/** Bytes of an entry at least: id, record count, byte count, and two keys of two lengths each. */
const MIN_ENTRY_BYTES = OBJECT_ID_BYTES + 6

/**
 * The bytes of a node, one form for one content:
 *
 *     level                 1 byte
 *     number of entries n   varint
 *     n times the keys      first key, last key: bytes shared with the key before it (varint), length of the rest (varint), the rest
 *     n times the count     varint: records * 2 + (1 where segmented)
 *     n times the size      varint: plain bytes
 *     n times the id        20 bytes
 *
 * Column by column and not entry by entry: ids are random and change at every update, while the keys stay, so that a
 * node's delta against its predecessor is little more than its new ids.
 */
export function encodeNode(node: TreeNode): Buffer {
  const { entries } = node
  let bound = 1 + MAX_VARINT_BYTES
  for (const entry of entries)
    bound += 6 * MAX_VARINT_BYTES + OBJECT_ID_BYTES + entry.firstKey.length + entry.lastKey.length
  const target = Buffer.allocUnsafe(bound)
  target[0] = node.level
  let at = writeVarint(target, 1, entries.length)
  let previous: Buffer = EMPTY
  for (const entry of entries) {
    at = writeKey(target, at, entry.firstKey, previous)
    at = writeKey(target, at, entry.lastKey, entry.firstKey)
    previous = entry.lastKey
  }
  for (const entry of entries) at = writeVarint(target, at, entry.records * 2 + (entry.segmented ? 1 : 0))
  for (const entry of entries) at = writeVarint(target, at, entry.bytes)
  for (const entry of entries) at += target.write(entry.id, at, 'hex')
  return target.subarray(0, at)
}

/**
 * Reads a node. Whatever `encodeNode` would not have written (keys out of order, counts of zero, numbers in a longer
 * form, bytes left over) is a `DamagedError`. `id` is named in the error.
 */
export function decodeNode(bytes: Buffer, id: ObjectId): TreeNode {
  const reader = new NodeReader(bytes, id)
  const level = reader.level()
  const count = reader.count()
  const keys = reader.keys(count)
  const weights = reader.numbers(count)
  const sizes = reader.numbers(count)
  const ids = reader.ids(count)
  const entries: ChunkEntry[] = []
  for (let i = 0; i < count; i++) {
    const weight = weights[i] as number
    const segmented = weight % 2 === 1
    const records = (weight - (segmented ? 1 : 0)) / 2
    const firstKey = keys[2 * i] as Buffer
    const lastKey = keys[2 * i + 1] as Buffer
    const size = sizes[i] as number
    if (records === 0 || size === 0) reader.fail('an entry without records')
    if ((records === 1) !== firstKey.equals(lastKey)) reader.fail('a record count that does not fit its keys')
    if (segmented && (level > 0 || records > 1)) reader.fail('segments where none may be')
    entries.push({ id: ids[i] as ObjectId, firstKey, lastKey, records, bytes: size, segmented })
  }
  return { level, entries }
}

const EMPTY = Buffer.alloc(0)

function writeKey(target: Buffer, offset: number, key: Buffer, previous: Buffer): number {
  const shared = sharedPrefix(key, previous)
  let at = writeVarint(target, offset, shared)
  at = writeVarint(target, at, key.length - shared)
  return at + key.copy(target, at, shared)
}

function sharedPrefix(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length)
  let shared = 0
  while (shared < length && a[shared] === b[shared]) shared += 1
  return shared
}

class NodeReader {
  readonly #bytes: Buffer
  readonly #id: ObjectId
  readonly #varints: VarintReader

  constructor(bytes: Buffer, id: ObjectId) {
    this.#bytes = bytes
    this.#id = id
    this.#varints = new VarintReader(bytes, 1)
  }

  fail(what: string): never {
    throw new DamagedError(`tree node ${this.#id} holds ${what}`, {
      hint: 'Run `dbsnap check` to see which snapshots are affected.',
      data: { object: this.#id },
    })
  }

  level(): number {
    const level = this.#bytes[0]
    if (level === undefined || level > MAX_LEVEL) this.fail('no level')
    return level
  }

  count(): number {
    const count = this.number()
    if (count === 0 || count * MIN_ENTRY_BYTES > this.#bytes.length) this.fail('a wrong number of entries')
    return count
  }

  number(): number {
    const value = this.#varints.next()
    if (value < 0) this.fail('a malformed number')
    return value
  }

  numbers(count: number): number[] {
    return Array.from({ length: count }, () => this.number())
  }

  /** First and last key of every entry, one after the other. */
  keys(count: number): Buffer[] {
    const keys: Buffer[] = []
    let previous: Buffer = EMPTY
    for (let i = 0; i < 2 * count; i++) {
      const key = this.#key(previous)
      const order = previous.compare(key)
      // Within an entry the two keys may be equal; between entries, only the very first key may be empty.
      if (order > 0 || (order === 0 && i % 2 === 0 && i > 0)) this.fail('keys out of order')
      keys.push(key)
      previous = key
    }
    return keys
  }

  #key(previous: Buffer): Buffer {
    const shared = this.number()
    const rest = this.number()
    const start = this.#varints.offset
    const end = start + rest
    if (shared > previous.length || end > this.#bytes.length) this.fail('a key that is cut')
    if (rest > 0 && shared < previous.length && this.#bytes[start] === previous[shared])
      this.fail('a key in a longer form')
    if (rest === 0 && shared < previous.length) this.fail('keys out of order')
    this.#varints.offset = end
    if (shared === 0) return this.#bytes.subarray(start, end)
    if (rest === 0) return previous
    const key = Buffer.allocUnsafe(shared + rest)
    previous.copy(key, 0, 0, shared)
    this.#bytes.copy(key, shared, start, end)
    return key
  }

  ids(count: number): ObjectId[] {
    const start = this.#varints.offset
    if (this.#bytes.length !== start + count * OBJECT_ID_BYTES) this.fail('a wrong number of bytes')
    return Array.from({ length: count }, (_, i) => objectIdAt(this.#bytes, start + i * OBJECT_ID_BYTES))
  }
}
