import { createSecretKey } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flipBit } from '../../test/object-layer.ts'
import { deriveFileKey, deriveRepositoryKeys } from './repository-keys.ts'
import { offsetNonce, seal, tryUnseal, unseal } from './sealing.ts'

const key = createSecretKey(Buffer.alloc(32, 1))
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))

describe('sealing', () => {
  it('gives back what it got, whatever the parts', async () => {
    await fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), bytes, fc.nat(), (parts, associated, offset) => {
        const { ciphertext, tag } = seal(key, offsetNonce(offset), associated, parts)
        const sealed = Buffer.concat([ciphertext, tag])
        expect(unseal(key, offsetNonce(offset), associated, sealed, 'x')).toEqual(Buffer.concat(parts))
      }),
    )
  })

  it('opens no altered bit, no other place, no other purpose and no other key', async () => {
    await fc.assert(
      fc.property(bytes, fc.nat(), (plain, bit) => {
        const associated = Buffer.from('object')
        const { ciphertext, tag } = seal(key, offsetNonce(8), associated, [plain])
        const sealed = Buffer.concat([ciphertext, tag])
        const open = (k = key, nonce = offsetNonce(8), aad: Buffer = associated, s: Buffer = sealed) =>
          tryUnseal(k, nonce, aad, s)
        expect(open()).toBeDefined()
        expect(open(key, offsetNonce(8), associated, flipBit(sealed, bit % (8 * sealed.length)))).toBeUndefined()
        expect(open(key, offsetNonce(9))).toBeUndefined()
        expect(open(key, offsetNonce(8), Buffer.from('footer'))).toBeUndefined()
        expect(open(deriveFileKey(key, Buffer.alloc(16), 'pack'))).toBeUndefined()
      }),
    )
    expect(() => unseal(key, offsetNonce(0), Buffer.alloc(0), Buffer.alloc(15), 'packs/00')).toThrow(
      'packs/00 is damaged',
    )
  })
})

it('every key of a repository is another one, and follows from its secret and its id', () => {
  const hex = (keys: ReturnType<typeof deriveRepositoryKeys>): string[] => [
    ...[keys.id, keys.data, keys.index, keys.manifest, keys.config].map((k) => k.export().toString('hex')),
    keys.splitSeed.toString('hex'),
  ]
  const keys = hex(deriveRepositoryKeys(Buffer.alloc(32), Buffer.alloc(16)))
  expect(new Set(keys).size).toBe(6)
  expect(hex(deriveRepositoryKeys(Buffer.alloc(32), Buffer.alloc(16)))).toEqual(keys)
  expect(hex(deriveRepositoryKeys(Buffer.alloc(32), Buffer.alloc(16, 1)))).not.toEqual(keys)
  expect(keys[0]).toMatchInlineSnapshot(`"5b0a28eccfef93e7e32f51a90ae4ce120db12f338568b51deffe8721de843783"`)
})
