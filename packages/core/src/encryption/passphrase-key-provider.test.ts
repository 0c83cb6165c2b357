import { describe, expect, it } from 'vitest'
import { QUICK_SCRYPT } from '../../test/object-layer.ts'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import type { WrappedKey } from '../ports/key-provider.ts'
import type { JsonObject } from '../values/json.ts'
import {
  DEFAULT_ARGON2ID,
  DEFAULT_SCRYPT,
  hasArgon2,
  PassphraseKeyProvider,
  type PassphraseParameters,
} from './index.ts'

const key = Buffer.alloc(32, 7)

function provider(passphrase: string, parameters: PassphraseParameters = QUICK_SCRYPT): PassphraseKeyProvider {
  return new PassphraseKeyProvider(passphrase, { randomness: seededRandomness('slot'), parameters })
}

describe('passphrase key provider', () => {
  it('opens what it wrapped, and nobody else does', async () => {
    const slot = await provider('open sesame').wrap(key)
    expect(slot.provider).toBe('passphrase')
    expect(await provider('open sesame').unwrap(slot)).toEqual(key)
    expect(await provider('open sesame ').unwrap(slot)).toBeUndefined()
    expect(await provider('x').unwrap(slot)).toBeUndefined()
  })

  it('refuses an empty passphrase, and parameters that no repository may have', () => {
    expect(() => provider('')).toThrow(expect.objectContaining({ code: 'USAGE' }))
    for (const N of [1000, 2 ** 21]) {
      expect(() => provider('x', { algorithm: 'scrypt', N, r: 8, p: 1 })).toThrow(/parameters/)
    }
  })

  it('opens what was wrapped with parameters in any order', async () => {
    const slot = await provider('x', { p: 1, r: 8, N: 16, algorithm: 'scrypt' }).wrap(key)
    expect(await provider('x').unwrap(slot)).toEqual(key)
  })

  it('knows one passphrase however its letters are composed', async () => {
    const slot = await provider('\u00e9t\u00e9').wrap(key)
    expect(await provider('e\u0301te\u0301').unwrap(slot)).toEqual(key)
  })

  it('uses parameters of the OWASP class by default, and stores them', async () => {
    const slot = await new PassphraseKeyProvider('x', { randomness: seededRandomness('slot') }).wrap(key)
    expect(slot.parameters).toMatchObject(DEFAULT_SCRYPT)
    expect(128 * DEFAULT_SCRYPT.N * DEFAULT_SCRYPT.r).toBe(128 * 1024 * 1024)
    expect(await provider('x').unwrap(slot)).toEqual(key)
  })

  it.runIf(hasArgon2())('takes argon2id where Node has it', async () => {
    const slot = await provider('x', { ...DEFAULT_ARGON2ID, memoryKiB: 1024 }).wrap(key)
    expect(slot.parameters.algorithm).toBe('argon2id')
    expect(await provider('x').unwrap(slot)).toEqual(key)
    expect(await provider('y').unwrap(slot)).toBeUndefined()
  })

  it('refuses absurd parameters before it does any work', async () => {
    const slot = await provider('x').wrap(key)
    const absurd: JsonObject[] = [
      { N: 2 ** 30 },
      { N: 2 ** 20, r: 32 },
      { N: 1023 },
      { p: 1_000_000 },
      { algorithm: 'md5' },
      { salt: '' },
      { extra: 1 },
    ]
    for (const change of absurd) {
      const altered: WrappedKey = { ...slot, parameters: { ...slot.parameters, ...change } }
      expect(await provider('x').unwrap(altered)).toBeUndefined()
    }
    const salt = slot.parameters.salt as string
    const argon = { algorithm: 'argon2id', memoryKiB: 2 ** 24, passes: 3, lanes: 4, salt }
    for (const parameters of [argon, { ...argon, memoryKiB: 8 }]) {
      expect(await provider('x').unwrap({ ...slot, parameters })).toBeUndefined()
    }
  })

  it('notices every change of parameters and of the wrapped key', async () => {
    const slot = await provider('x').wrap(key)
    const weaker = { ...slot, parameters: { ...slot.parameters, N: 2 ** 9 } }
    const wrapped = Buffer.from(slot.wrapped, 'base64')
    wrapped[20] = (wrapped[20] as number) ^ 1
    for (const altered of [
      weaker,
      { ...slot, wrapped: wrapped.toString('base64') },
      { ...slot, wrapped: '' },
      { ...slot, wrapped: slot.wrapped.slice(0, 20) },
      { ...slot, provider: 'key-file' },
    ]) {
      expect(await provider('x').unwrap(altered)).toBeUndefined()
    }
  })
})
