import { serialize } from 'bson'
import type { CollectionLayout } from '../../src/values/collection.ts'

/** The layout of a collection of documents, as the MongoDB adapter gives it. */
export function documentLayout(name: string, keyed = true): CollectionLayout {
  return {
    name,
    format: 'bson',
    encoding: 'utf-8',
    columns: keyed ? [{ name: '_id', type: 'bson', shape: 'string', equality: 'bytes' }] : [],
    key: keyed ? [{ column: 0, order: 'bson' }] : [],
  }
}

/** A document as the driver writes it. */
export function bson(document: Record<string, unknown>): Buffer {
  return Buffer.from(serialize(document, { ignoreUndefined: false, checkKeys: false }))
}

/** A document out of elements written by hand: type, name, bytes of the value. Names may stand twice. */
export function rawBson(...elements: readonly (readonly [type: number, name: string, value: Buffer])[]): Buffer {
  const body = elements.map(([type, name, value]) =>
    Buffer.concat([Buffer.from([type]), Buffer.from(name), Buffer.from([0]), value]),
  )
  const bytes = Buffer.concat([Buffer.alloc(4), ...body, Buffer.from([0])])
  bytes.writeInt32LE(bytes.length)
  return bytes
}

/** The bytes of an Int32. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** The bytes of a string, its length and closing zero included. */
export function text(bytes: string | Buffer): Buffer {
  const content = Buffer.from(bytes as string)
  return Buffer.concat([int32(content.length + 1), content, Buffer.from([0])])
}
