import { describe, expect, it } from 'vitest'
import { CopyFrames } from './copy-frames.ts'

function message(code: string, content: string): Buffer {
  const header = Buffer.alloc(5)
  header.write(code)
  header.writeUInt32BE(content.length + 4, 1)
  return Buffer.concat([header, Buffer.from(content, 'latin1')])
}

/** Gives the bytes in pieces of `size` and returns the rows and what was left to the driver. */
function read(stream: Buffer, size: number): { rows: string; rest: string | undefined } {
  const frames = new CopyFrames()
  let rows = ''
  for (let at = 0; at < stream.length; at += size) {
    const { payload, rest } = frames.take(Buffer.from(stream.subarray(at, at + size)))
    rows += payload.toString('latin1')
    if (rest !== undefined) {
      return { rows, rest: Buffer.concat([rest, stream.subarray(at + size)]).toString('latin1') }
    }
  }
  return { rows, rest: undefined }
}

const ROWS = ['1\ta\n', '', '2\t\\N\n', `3\t${'x'.repeat(40)}\n`]
const END = Buffer.concat([message('C', 'COPY 4\0'), message('Z', 'T')])
const SIZES = Array.from({ length: 200 }, (_, i) => i + 1)

describe('the messages of a COPY out', () => {
  it('give the rows, wherever the bytes are cut, and leave what follows to the driver', () => {
    const stream = Buffer.concat([
      message('H', '\0\0\0'),
      ...ROWS.map((row) => message('d', row)),
      message('N', 'SNOTICE\0\0'),
      message('d', 'last\n'),
      message('c', ''),
      END,
    ])
    for (const size of SIZES) {
      expect(read(stream, size), `pieces of ${size}`).toEqual({
        rows: `${ROWS.join('')}last\n`,
        rest: END.toString('latin1'),
      })
    }
  })

  it('that end in an error leave the whole error to the driver', () => {
    const error = message('E', 'SERROR\0C57014\0\0')
    const stream = Buffer.concat([message('H', '\0\0\0'), message('d', ROWS[0] ?? ''), error, message('Z', 'E')])
    for (const size of SIZES) {
      expect(read(stream, size), `pieces of ${size}`).toEqual({
        rows: ROWS[0],
        rest: Buffer.concat([error, message('Z', 'E')]).toString('latin1'),
      })
    }
  })

  it('say nothing of an end that has not come', () => {
    expect(read(message('d', 'one\n'), 3)).toEqual({ rows: 'one\n', rest: undefined })
  })
})
