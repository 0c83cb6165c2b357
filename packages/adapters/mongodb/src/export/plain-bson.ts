/** A value of the few kinds that an archive's own documents hold. A bigint is 64 bits, a number 32. */
export type PlainValue = string | number | bigint | boolean

/** A flat document as BSON. */
export function plainBson(document: Readonly<Record<string, PlainValue>>): Buffer {
  const elements = Object.entries(document).map(([name, value]) => {
    const [type, bytes] = encode(value)
    return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), bytes])
  })
  const body = Buffer.concat(elements)
  const length = Buffer.alloc(4)
  length.writeInt32LE(body.length + 5)
  return Buffer.concat([length, body, Buffer.alloc(1)])
}

function encode(value: PlainValue): readonly [type: number, bytes: Buffer] {
  if (typeof value === 'boolean') return [0x08, Buffer.from([value ? 1 : 0])]
  if (typeof value === 'bigint') {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt.asIntN(64, value))
    return [0x12, bytes]
  }
  const bytes = Buffer.alloc(4)
  if (typeof value === 'number') {
    bytes.writeInt32LE(value)
    return [0x10, bytes]
  }
  const text = Buffer.from(`${value}\0`)
  bytes.writeInt32LE(text.length)
  return [0x02, Buffer.concat([bytes, text])]
}
