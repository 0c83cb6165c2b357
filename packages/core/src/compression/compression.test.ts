import zlib from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changed, rows } from '../../test/object-layer.ts'
import { compress, compressDelta } from './compress.ts'
import { decompress } from './decompress.ts'
import { DEFAULT_COMPRESSION } from './index.ts'
import { requireZstdDictionaries } from './require-zstd-dictionaries.ts'

const buffers = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }).map((array) => Buffer.from(array)),
  fc.tuple(fc.nat(200), fc.nat()).map(([count, seed]) => rows(count, seed)),
)

describe('compression', () => {
  it.each([
    DEFAULT_COMPRESSION,
    { algorithm: 'zstd', level: 19 },
    { algorithm: 'gzip', level: 6 },
    { algorithm: 'none', level: 0 },
  ] as const)('$algorithm at level $level gives back what it got, in the pool or not', async (settings) => {
    await fc.assert(
      fc.asyncProperty(buffers, fc.boolean(), async (plain, inPool) => {
        const { encoding, payload } = await compress(plain, settings, inPool)
        expect(payload.length).toBeLessThanOrEqual(plain.length)
        expect(decompress(encoding, payload, plain.length)?.equals(plain)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('yields exactly the size that was promised, or nothing', async () => {
    const plain = rows(500, 1)
    for (const algorithm of ['zstd', 'gzip'] as const) {
      const { encoding, payload } = await compress(plain, { algorithm, level: 1 })
      expect(encoding).toBe(algorithm)
      for (const size of [0, 1, plain.length - 1, plain.length + 1]) {
        expect(decompress(encoding, payload, size)).toBeUndefined()
      }
      expect(decompress(encoding, payload.subarray(1), plain.length)).toBeUndefined()
      expect(decompress(encoding, payload.subarray(0, -1), plain.length)).toBeUndefined()
    }
  })

  it('cannot be made to fill the memory', () => {
    const bomb = zlib.zstdCompressSync(Buffer.alloc(64 * 1024 * 1024))
    expect(decompress('zstd', bomb, 1024)).toBeUndefined()
  })
})

describe('deltas', () => {
  it('gives back what it got, against any base', async () => {
    await fc.assert(
      fc.property(buffers, buffers, (plain, base) => {
        const delta = compressDelta(plain, base)
        if (delta === undefined) expect(plain.length === 0 || base.length === 0).toBe(true)
        else expect(decompress('delta', delta, plain.length, base)?.equals(plain)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('makes one changed field of 64 KiB a few dozen bytes, and works for a MiB as well', () => {
    for (const [count, bytes] of [
      [1100, 60],
      [18_000, 120],
    ] as const) {
      const base = rows(count, 'base')
      const plain = changed(base, Math.floor(count / 2), 'refunded')
      const delta = compressDelta(plain, base) as Buffer
      expect(delta.length).toBeLessThan(bytes)
      expect(decompress('delta', delta, plain.length, base)?.equals(plain)).toBe(true)
    }
  })

  it('takes no base that zstd would take for a trained dictionary', () => {
    const base = Buffer.concat([Buffer.from('37a430ec', 'hex'), rows(100, 1)])
    expect(compressDelta(rows(100, 1), base)).toBeUndefined()
  })
})

describe('the runtime', () => {
  it('is tried, not believed', () => {
    expect(() => requireZstdDictionaries()).not.toThrow()
    const ignoresDictionary = (plain: Buffer): Buffer => zlib.zstdCompressSync(plain)
    expect(() => requireZstdDictionaries(ignoresDictionary)).toThrow('cannot compress with zstd dictionaries')
    expect(() => requireZstdDictionaries(() => undefined)).toThrow('cannot compress')
  })

  it('is refused where it has no zstd at all', () => {
    const missing = (): never => {
      throw new TypeError('zlib.zstdCompressSync is not a function')
    }
    expect(() => requireZstdDictionaries(missing)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_RUNTIME' }))
  })
})
