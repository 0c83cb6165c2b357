/**
 * Which compression is the default? Compares zstd, gzip and deflate at several levels over 64 KiB chunks of COPY text, each chunk by
 * itself, one thread: `npm run bench:compression`. Prints a table; the decision is `docs/decisions/0005-compression.md`.
 */
import { createHash } from 'node:crypto'
import zlib from 'node:zlib'

/** Plain bytes of a chunk, on average, in a repository. */
const CHUNK_BYTES = 64 * 1024
/** Enough for stable figures: 32 MiB take about a second at the slowest level. */
const CHUNKS = 512
const RUNS = 3

interface Method {
  readonly name: string
  compress(chunk: Buffer): Buffer
  decompress(compressed: Buffer, plainBytes: number): Buffer
}

const methods: readonly Method[] = [...[1, 2, 3, 6, 9].map(zstd), ...[1, 3, 6, 9].map(gzip), ...[1, 6].map(deflate)]

/** As the object layer calls it: the size told beforehand, one output buffer. */
function zstd(level: number): Method {
  return {
    name: `zstd ${level}`,
    compress: (chunk) =>
      zlib.zstdCompressSync(chunk, {
        pledgedSrcSize: chunk.length,
        chunkSize: chunk.length,
        params: { [zlib.constants.ZSTD_c_compressionLevel]: level },
      }),
    decompress: (compressed, chunkSize) => zlib.zstdDecompressSync(compressed, { chunkSize }),
  }
}

function gzip(level: number): Method {
  return {
    name: `gzip ${level}`,
    compress: (chunk) => zlib.gzipSync(chunk, { level, chunkSize: chunk.length }),
    decompress: (compressed, chunkSize) => zlib.gunzipSync(compressed, { chunkSize }),
  }
}

function deflate(level: number): Method {
  return {
    name: `deflate ${level}`,
    compress: (chunk) => zlib.deflateRawSync(chunk, { level, chunkSize: chunk.length }),
    decompress: (compressed, chunkSize) => zlib.inflateRawSync(compressed, { chunkSize }),
  }
}

/** Rows of an orders table as COPY prints them, the same on every run. */
function orderChunks(): Buffer[] {
  const chunks: Buffer[] = []
  let lines: string[] = []
  let bytes = 0
  for (let id = 1; chunks.length < CHUNKS; id++) {
    const line = orderLine(id)
    lines.push(line)
    bytes += line.length
    if (bytes < CHUNK_BYTES) continue
    chunks.push(Buffer.from(lines.join(''), 'utf8'))
    lines = []
    bytes = 0
  }
  return chunks
}

function orderLine(id: number): string {
  const dice = createHash('sha256').update(`order ${id}`).digest()
  const pick = (at: number, from: readonly string[]): string => from[dice.readUInt16BE(at) % from.length] as string
  const second = String(dice.readUInt16BE(0) % 60).padStart(2, '0')
  const micro = String(dice.readUInt32BE(2) % 1_000_000).padStart(6, '0')
  const minute = String(Math.floor(id / 40) % 60).padStart(2, '0')
  const note =
    dice.readUInt8(31) < 96 ? `${pick(6, WORDS)} ${pick(8, WORDS)} ${pick(10, WORDS)} ${pick(12, WORDS)}` : '\\N'
  const fields = [
    id,
    (dice.readUInt32BE(14) % 200_000) + 1,
    pick(18, STATUS),
    ((dice.readUInt32BE(20) % 200_000) / 100).toFixed(2),
    pick(24, ['EUR', 'EUR', 'EUR', 'USD', 'GBP']),
    `2026-0${(Math.floor(id / 40_000) % 9) + 1}-14 12:${minute}:${second}.${micro}+00`,
    dice.toString('hex', 0, 16),
    `${pick(26, WORDS)}.${id % 7919}@example.com`,
    note,
  ]
  return `${fields.join('\t')}\n`
}

const STATUS = ['new', 'paid', 'paid', 'shipped', 'shipped', 'shipped', 'shipped', 'returned']
const WORDS =
  'please leave the parcel with neighbour call before delivery gift wrap no plastic second floor ring twice'.split(' ')

function megabytesPerSecond(bytes: number, work: () => void): number {
  const seconds = Array.from({ length: RUNS }, () => {
    const began = performance.now()
    work()
    return (performance.now() - began) / 1000
  })
  return bytes / 1e6 / Math.min(...seconds)
}

function main(): void {
  const chunks = orderChunks()
  const plainBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  console.log(`${chunks.length} chunks, ${(plainBytes / 1e6).toFixed(1)} MB of COPY text, best of ${RUNS}, one thread`)
  console.log('| method | stored MB | ratio | compress MB/s | decompress MB/s |\n| --- | --- | --- | --- | --- |')
  for (const method of methods) {
    const stored = chunks.map((chunk) => method.compress(chunk))
    const storedBytes = stored.reduce((sum, chunk) => sum + chunk.length, 0)
    const compress = megabytesPerSecond(plainBytes, () => {
      for (const chunk of chunks) method.compress(chunk)
    })
    const decompress = megabytesPerSecond(plainBytes, () => {
      for (const [i, chunk] of stored.entries()) method.decompress(chunk, (chunks[i] as Buffer).length)
    })
    const row = [
      method.name,
      (storedBytes / 1e6).toFixed(2),
      (plainBytes / storedBytes).toFixed(2),
      compress.toFixed(0),
      decompress.toFixed(0),
    ]
    console.log(`| ${row.join(' | ')} |`)
  }
}

main()
