import type { KeyObject } from 'node:crypto'
import type { WrappedKey } from '../ports/key-provider.ts'
import type { JsonObject } from '../values/json.ts'
import { NONCE_BYTES, seal, tryUnseal } from './sealing.ts'

/** Seals the repository key under `wrappingKey`. `parameters` are covered as they are, in their order. */
export function wrapKey(
  provider: string,
  parameters: JsonObject,
  wrappingKey: KeyObject,
  nonce: Buffer,
  key: Uint8Array,
): WrappedKey {
  const { ciphertext, tag } = seal(wrappingKey, nonce, associatedData(provider, parameters), [key])
  return { provider, parameters, wrapped: Buffer.concat([nonce, ciphertext, tag]).toString('base64') }
}

/** What `wrapKey` sealed, or undefined where it does not open. */
export function unwrapKey({ provider, parameters, wrapped }: WrappedKey, wrappingKey: KeyObject): Buffer | undefined {
  const bytes = Buffer.from(wrapped, 'base64')
  if (bytes.length < NONCE_BYTES) return undefined
  const nonce = bytes.subarray(0, NONCE_BYTES)
  return tryUnseal(wrappingKey, nonce, associatedData(provider, parameters), bytes.subarray(NONCE_BYTES))
}

function associatedData(provider: string, parameters: JsonObject): Buffer {
  return Buffer.from(JSON.stringify([provider, parameters]), 'utf8')
}
