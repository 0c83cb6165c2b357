import { createSecretKey } from 'node:crypto'
import zlib from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { ENCODINGS } from '../compression/compress.ts'
import { seal } from '../encryption/sealing.ts'
import { OBJECT_KINDS, type ObjectId, type ObjectKind } from '../values/index.ts'
import { documentAssociatedData } from './associated-data.ts'
import { decodeConfig, encodeConfig, type RepositoryConfig } from './config-codec.ts'
import { encodeFileHeader, requireFileHeader } from './format-version.ts'
import {
  decodeIndexEntry,
  decodeIndexFooter,
  encodeIndexEntries,
  encodeIndexFooter,
  findInBlock,
  INDEX_ENTRY_BYTES,
} from './index-codec.ts'
import { decodeKeySlot, encodeKeySlot, isSoundSlot } from './key-slot-codec.ts'
import { decodeObjectHeader, encodeObjectHeader, MAX_OBJECT_BYTES, type ObjectHeader } from './object-header.ts'
import {
  decodePackDirectory,
  decodePackTrailer,
  encodePackDirectory,
  encodePackTrailer,
  type PackEntry,
} from './pack-codec.ts'
import { type DocumentFile, decodeSealedDocument, encodeSealedDocument } from './sealed-document-codec.ts'

const ids = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((b) => Buffer.from(b).toString('hex') as ObjectId)
const kinds = fc.constantFrom(...(Object.keys(OBJECT_KINDS) as ObjectKind[]))
const u32 = fc.nat(2 ** 32 - 1)
const u8 = fc.nat(255)
const key = createSecretKey(Buffer.alloc(32, 3))

describe('object header', () => {
  const sizes = fc.oneof(fc.nat(300), fc.nat(MAX_OBJECT_BYTES))
  const plain = fc.record({ encoding: fc.constantFrom('plain', 'gzip', 'zstd'), plainBytes: sizes })
  const delta = fc.record({
    encoding: fc.constant('delta'),
    plainBytes: sizes,
    delta: fc.record({ version: fc.integer({ min: 1, max: 255 }), base: ids }),
  })

  it('survives, and says where the payload begins', async () => {
    await fc.assert(
      fc.property(fc.oneof(plain, delta), (header) => {
        const bytes = encodeObjectHeader(header as ObjectHeader)
        const decoded = decodeObjectHeader(Buffer.concat([bytes, Buffer.from('payload')]))
        expect(decoded).toEqual({ header, payloadOffset: bytes.length })
        for (let cut = 0; cut < bytes.length; cut++) expect(decodeObjectHeader(bytes.subarray(0, cut))).toBeUndefined()
      }),
    )
  })

  it('has these bytes', () => {
    expect(encodeObjectHeader({ encoding: 'zstd', plainBytes: 65_536 }).toString('hex')).toBe('02808004')
    const base = '11'.repeat(20) as ObjectId
    const header = { encoding: 'delta', plainBytes: 5, delta: { version: 7, base } } as const
    expect(encodeObjectHeader(header).toString('hex')).toBe(`030507${base}`)
  })

  it('refuses what no writer writes', () => {
    const tooLarge = encodeObjectHeader({ encoding: 'plain', plainBytes: MAX_OBJECT_BYTES + 1 })
    expect(decodeObjectHeader(tooLarge)).toBeUndefined()
    expect(decodeObjectHeader(Buffer.from('04ff', 'hex'))).toBeUndefined()
    expect(decodeObjectHeader(Buffer.from('00ffffffff01', 'hex'))).toBeUndefined()
    const versionZero = Buffer.concat([Buffer.from([ENCODINGS.delta, 5, 0]), Buffer.alloc(20)])
    expect(decodeObjectHeader(versionZero)).toBeUndefined()
  })
})

describe('pack directory', () => {
  const parts = fc.array(
    fc.record({ id: ids, kind: kinds, version: u8, length: fc.integer({ min: 16, max: 100_000 }) }),
  )

  it('survives, and accounts for every byte', async () => {
    await fc.assert(
      fc.property(parts, (list) => {
        let end = 8
        const entries = list.map((part): PackEntry => {
          end += part.length
          return { ...part, offset: end - part.length }
        })
        const bytes = encodePackDirectory(entries)
        expect(decodePackDirectory(bytes, 8, end, 'x')).toEqual(entries)
        expect(() => decodePackDirectory(bytes, 8, end + 1, 'packs/00')).toThrow('packs/00 is damaged')
        expect(() => decodePackDirectory(Buffer.concat([bytes, Buffer.alloc(1)]), 8, end, 'x')).toThrow('does not fit')
      }),
    )
  })

  it('refuses unknown kinds and objects without room for a tag', () => {
    const entry = { id: '00'.repeat(20) as ObjectId, kind: 'chunk', version: 0, offset: 8, length: 15 } as const
    expect(() => decodePackDirectory(encodePackDirectory([entry]), 8, 23, 'x')).toThrow('its directory is not one')
    const unknown = encodePackDirectory([{ ...entry, length: 16 }])
    unknown[20] = 99
    expect(() => decodePackDirectory(unknown, 8, 24, 'x')).toThrow('its directory is not one')
  })

  it('is found from the end', () => {
    expect(decodePackTrailer(encodePackTrailer(4711), 'x')).toBe(4711)
    expect(() => decodePackTrailer(Buffer.alloc(8), 'x')).toThrow('its end is missing')
    expect(() => decodePackTrailer(Buffer.alloc(7), 'x')).toThrow('its end is missing')
  })
})

describe('index', () => {
  const entries = fc.array(
    fc.record({ id: ids, pack: fc.nat(0xffff), offset: u32, length: u32, version: u8, kind: kinds }),
    { minLength: 1 },
  )

  it('entries survive, sorted, and are found', async () => {
    await fc.assert(
      fc.property(entries, ids, (list, absent) => {
        const bytes = encodeIndexEntries(list)
        const decoded = list.map((_, i) => decodeIndexEntry(bytes, i * INDEX_ENTRY_BYTES, 'x'))
        expect(decoded).toHaveLength(list.length)
        for (const entry of list) {
          expect(decoded).toContainEqual(entry)
          const at = findInBlock(bytes, Buffer.from(entry.id, 'hex'))
          expect(decodeIndexEntry(bytes, at, 'x').id).toBe(entry.id)
        }
        expect(decoded.map(({ id }) => id)).toEqual(list.map(({ id }) => id).sort())
        const at = findInBlock(bytes, Buffer.from(absent, 'hex'))
        expect(decoded.filter(({ id }) => id < absent)).toHaveLength(at / INDEX_ENTRY_BYTES)
      }),
    )
    expect(() => decodeIndexEntry(Buffer.alloc(INDEX_ENTRY_BYTES), 0, 'index/00')).toThrow('index/00 is damaged')
  })

  it('footer survives, and fits its size or is none', () => {
    const footer = { packs: [{ id: 'ab'.repeat(16), size: 77 }], entries: 129, blockPrefixes: Buffer.alloc(16, 5) }
    const bytes = encodeIndexFooter(footer)
    expect(decodeIndexFooter(bytes, 'x')).toEqual(footer)
    for (const cut of [0, 5, 6, bytes.length - 1]) {
      expect(() => decodeIndexFooter(bytes.subarray(0, cut), 'x')).toThrow('its footer is not one')
    }
  })
})

describe('config', () => {
  const config: RepositoryConfig = {
    repository: '0123456789abcdef0123456789abcdef',
    encryption: 'aes-256-gcm',
    compression: { algorithm: 'zstd', level: 1 },
  }
  const bytes = encodeConfig(config, key)
  const text = bytes.toString()

  it('survives and has this form', () => {
    const { mac, ...decoded } = decodeConfig(bytes, 'memory')
    expect(decoded).toEqual(config)
    expect(text).toBe(
      '{"dbsnap":"repository","format":1,"repository":"0123456789abcdef0123456789abcdef","encryption":"aes-256-gcm",' +
        `"compression":{"algorithm":"zstd","level":1},"mac":"${mac}"}\n`,
    )
  })

  it('says what is wrong: other people’s, newer, damaged', () => {
    const codeOf = (content: string): unknown => {
      try {
        return decodeConfig(Buffer.from(content), 'memory')
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect(codeOf('[core]\n\tbare = true\n')).toBe('NOT_A_REPOSITORY')
    expect(codeOf('{"version":2}')).toBe('NOT_A_REPOSITORY')
    expect(codeOf(text.replace('"format":1', '"format":2,"new":true'))).toBe('NEWER_FORMAT')
    expect(codeOf('')).toBe('DAMAGED')
    expect(codeOf(text.slice(0, 60))).toBe('DAMAGED')
    expect(codeOf(text.replace('"format":1', '"format":0'))).toBe('DAMAGED')
    expect(codeOf(text.replace(':{', ': {'))).toBe('DAMAGED')
    expect(codeOf('{"dbsnap":"repository"}')).toBe('DAMAGED')
  })
})

describe('key slot', () => {
  it('survives; what is none opens nothing', () => {
    const slot = { repository: 'ab'.repeat(16), provider: 'passphrase', parameters: { N: 2 }, wrapped: 'AAAA' }
    for (const named of [slot, { ...slot, label: 'ci' }]) {
      const stored = decodeKeySlot(encodeKeySlot(named, key))
      expect(stored).toEqual({ ...named, mac: expect.stringMatching(/^[0-9a-f]{64}$/) })
      expect(stored && isSoundSlot(stored, key)).toBe(true)
      expect(stored && isSoundSlot({ ...stored, label: 'cd' }, key)).toBe(false)
    }
    expect(decodeKeySlot(Buffer.from('{}'))).toBeUndefined()
    expect(decodeKeySlot(Buffer.from('{'))).toBeUndefined()
  })
})

describe('sealed documents', () => {
  const file: DocumentFile = {
    magic: 'DBSM',
    key,
    repositoryId: Buffer.alloc(16, 1),
    fileId: Buffer.alloc(16, 2),
    name: 'snapshots/00',
  }
  const encode = (parts: readonly unknown[]): Buffer =>
    Buffer.concat(encodeSealedDocument(file, parts, seededRandomness('document')))

  it('survive, in one or two parts', async () => {
    await fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
        const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
        expect(decodeSealedDocument(file, encode([first]), 0)).toEqual(json(first))
        const both = encode([first, second])
        expect(decodeSealedDocument(file, both, 0)).toEqual(json(first))
        expect(decodeSealedDocument(file, both, 1)).toEqual(json(second))
      }),
      { numRuns: 50 },
    )
  })

  it('are bound to their file, kind and part', () => {
    const bytes = encode(['same', 'same'])
    const others: DocumentFile[] = [
      { ...file, fileId: Buffer.alloc(16) },
      { ...file, repositoryId: Buffer.alloc(16) },
      { ...file, key: createSecretKey(Buffer.alloc(32)) },
    ]
    for (const other of others) expect(() => decodeSealedDocument(other, bytes, 0)).toThrow('snapshots/00 is damaged')
    const condemned = { ...file, magic: 'DBSC' as const }
    expect(() => decodeSealedDocument(condemned, bytes, 0)).toThrow('does not begin as it should')
    const end = 12 + bytes.readUInt32BE(8)
    const swapped = Buffer.concat([bytes.subarray(0, 12), bytes.subarray(end), bytes.subarray(12, end)])
    expect(() => decodeSealedDocument(file, swapped, 0)).toThrow('is damaged')
  })

  it('are refused where the content is not what its size says', () => {
    const sealedAs = (plain: Buffer): Buffer => {
      const associated = documentAssociatedData(file.repositoryId, file.fileId, 'DBSM', 0)
      const nonce = Buffer.alloc(12)
      const { ciphertext, tag } = seal(key, nonce, associated, [plain])
      const size = Buffer.alloc(4)
      size.writeUInt32BE(12 + ciphertext.length + tag.length)
      return Buffer.concat([encodeFileHeader('DBSM'), size, nonce, ciphertext, tag])
    }
    const json = zlib.zstdCompressSync(Buffer.from('{}'))
    expect(decodeSealedDocument(file, sealedAs(Buffer.concat([Buffer.from([0, 0, 0, 2]), json])), 0)).toEqual({})
    for (const size of [3, 2 ** 31]) {
      const wrong = Buffer.alloc(4)
      wrong.writeUInt32BE(size)
      const bytes = sealedAs(Buffer.concat([wrong, json]))
      expect(() => decodeSealedDocument(file, bytes, 0)).toThrow('does not decompress')
    }
  })

  it('are refused when cut anywhere', () => {
    const bytes = encode(['first', 'second'])
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSealedDocument(file, bytes.subarray(0, length), 1)).toThrow('is damaged')
    }
  })
})

it('a file header says which file it is, or that it is newer', () => {
  const header = encodeFileHeader('DBSP')
  expect(header.toString('hex')).toBe('4442535001000000')
  expect(() => requireFileHeader(header, 'DBSP', 'x')).not.toThrow()
  expect(() => requireFileHeader(header, 'DBSI', 'x')).toThrow('does not begin as it should')
  expect(() => requireFileHeader(header.subarray(0, 7), 'DBSP', 'x')).toThrow('does not begin as it should')
  header[4] = 2
  expect(() => requireFileHeader(header, 'DBSP', 'x')).toThrow('format version 2; this DBSnap knows 1')
})
