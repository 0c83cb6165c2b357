import { describe, expect, it } from 'vitest'
import { RowPackets } from './row-packets.ts'

function packet(payload: Buffer | string, sequence = 0): Buffer {
  const bytes = Buffer.from(payload as string, 'latin1')
  const parts: Buffer[] = []
  for (let at = 0; ; at += 0xffffff) {
    const part = bytes.subarray(at, at + 0xffffff)
    const header = Buffer.alloc(4)
    header.writeUIntLE(part.length, 0, 3)
    header[3] = sequence
    parts.push(header, part)
    if (part.length < 0xffffff) return Buffer.concat(parts)
  }
}

function value(content: string | null): Buffer {
  if (content === null) return Buffer.from([0xfb])
  const bytes = Buffer.from(content, 'latin1')
  if (bytes.length < 0xfb) return Buffer.concat([Buffer.from([bytes.length]), bytes])
  const head = Buffer.alloc(9, 0)
  head[0] = 0xfe
  head.writeUIntLE(bytes.length, 1, 6)
  return Buffer.concat([head, bytes])
}

const row = (...values: (string | null)[]): Buffer => packet(Buffer.concat(values.map(value)))
const EOF = packet('\xfe\0\0\x02\0')
const ERROR = packet('\xff\x24\x05#HY000gone')
const head = (columns: number): Buffer =>
  Buffer.concat([
    packet(String.fromCharCode(columns)),
    ...Array.from({ length: columns }, () => packet('a column')),
    EOF,
  ])

/** Gives the bytes in pieces of `size`; the records, and the sequence numbers of the packets that the driver saw. */
function read(bytes: Buffer, size: number): { text: string; numbers: number[]; last: number | undefined } {
  const packets = new RowPackets()
  let text = ''
  const driver: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const taken = packets.take(Buffer.from(bytes.subarray(at, at + size)))
    for (const piece of taken.pieces) text += piece.toString('latin1')
    driver.push(...taken.driver)
    if (taken.ended) break
  }
  return { text, numbers: driver.map((one) => one[3] as number), last: driver.at(-1)?.[4] }
}

describe('RowPackets', () => {
  const answer = Buffer.concat([head(3), row('1', null, ''), row('\t\n\r\\', '\0\b', 'x'.repeat(300)), EOF])
  const text = `1\t\\N\t\n\\t\\n\\r\\\\\t\0\b\t${'x'.repeat(300)}\n`

  it('escapes a byte wherever it stands among others, and no other', () => {
    const letters: Record<string, string> = { '\t': 't', '\n': 'n', '\r': 'r', '\\': '\\' }
    const values = Array.from({ length: 256 * 8 }, (_, i) => {
      const [before, after] = ['~'.repeat(i % 8), '\x0e'.repeat(7 - (i % 8))]
      return `${before}${String.fromCharCode(i >> 3)}${after}`
    })
    const escaped = values.map((one) => one.replace(/[\t\n\r\\]/g, (char) => `\\${letters[char]}`))
    const answer = Buffer.concat([head(1), ...values.map((one) => row(one)), EOF])
    expect(read(answer, 1000).text).toBe(escaped.map((one) => `${one}\n`).join(''))
  })

  it('makes the same records of an answer however it is cut', () => {
    for (const size of [1, 2, 3, 5, 7, 64, 1000]) {
      expect(read(answer, size), `pieces of ${size}`).toEqual({ text, numbers: [1, 2, 3, 4, 5, 6], last: 0xfe })
    }
  })

  it('hands an error to the driver, before the rows and among them', () => {
    expect(read(ERROR, 3)).toEqual({ text: '', numbers: [1], last: 0xff })
    const cut = Buffer.concat([head(1), row('a'), ERROR])
    expect(read(cut, 4)).toEqual({ text: 'a\n', numbers: [1, 2, 3, 4], last: 0xff })
  })

  it('joins a row of several packets, whose first column may begin like an end', () => {
    const long = 'ab\t'.repeat(6_000_000)
    const { text: joined } = read(Buffer.concat([head(2), row(long, 'end'), row('1', '2'), EOF]), 65_536)
    expect(joined.length).toBe(24_000_000 + '\tend\n1\t2\n'.length)
    expect(joined.endsWith('ab\\t\tend\n1\t2\n')).toBe(true)
  })

  it('refuses a row above 256 MiB before it is gathered', () => {
    const packets = new RowPackets()
    packets.take(Buffer.concat([head(1), Buffer.from([0xff, 0xff, 0xff, 0])]))
    const full = Buffer.alloc(0xffffff + 4, 0xff)
    expect(() => {
      for (let i = 0; i < 20; i++) packets.take(Buffer.from(full))
    }).toThrow('above 256 MiB')
  })
})
