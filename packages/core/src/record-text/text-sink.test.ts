import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextSink } from './text-sink.ts'

describe('a text sink', () => {
  it('holds what was written, of any length, in its order', () => {
    const piece = fc
      .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), fc.constantFrom(1, 100, 30_000))
      .map(([text, times]) => text.repeat(times))
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.constantFrom('write', 'append', 'push')), { maxLength: 6 }), (pieces) => {
        const sink = new TextSink()
        for (const [text, by] of pieces) {
          const bytes = Buffer.from(text)
          if (by === 'write') sink.write(text)
          else if (by === 'append') sink.append(Buffer.concat([Buffer.from('<'), bytes]), 1, 1 + bytes.length)
          else {
            sink.ensure(bytes.length)
            for (const byte of bytes) sink.push(byte)
          }
        }
        expect(sink.take().equals(Buffer.from(pieces.map(([text]) => text).join('')))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('begins anew when its text was taken, and leaves that as it is', () => {
    const sink = new TextSink()
    sink.write('x'.repeat(200_000))
    const first = sink.take()
    sink.write('second')
    expect(first.equals(Buffer.alloc(200_000, 'x'))).toBe(true)
    expect(sink.take().toString()).toBe('second')
    expect(sink.take()).toHaveLength(0)
  })
})
