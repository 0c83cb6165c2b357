import { inflateRawSync } from 'node:zlib'

const END = 0x06054b50
const CENTRAL_HEADER_BYTES = 46
const LOCAL_HEADER_BYTES = 30
const DEFLATED = 8

/** The one file of a zip archive whose path ends with `suffix`: no unzip needs to be on the machine. Not for zip64. */
export function readZipEntry(archive: Buffer, suffix: string): Buffer {
  let end = archive.length - 22
  while (end >= 0 && archive.readUInt32LE(end) !== END) end--
  if (end < 0) throw new Error('not a zip archive')
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = archive.readUInt16LE(at + 28)
    const name = archive.toString('utf8', at + CENTRAL_HEADER_BYTES, at + CENTRAL_HEADER_BYTES + nameLength)
    if (name.endsWith(suffix)) return contentOf(archive, at)
    at += CENTRAL_HEADER_BYTES + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  throw new Error(`the archive has no ${suffix}`)
}

function contentOf(archive: Buffer, central: number): Buffer {
  const local = archive.readUInt32LE(central + 42)
  const start = local + LOCAL_HEADER_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const bytes = archive.subarray(start, start + archive.readUInt32LE(central + 20))
  return archive.readUInt16LE(central + 10) === DEFLATED ? inflateRawSync(bytes) : bytes
}
