import { UsageError } from '../errors/usage-error.ts'
import { KEY_BYTES } from './repository-keys.ts'

/** The bytes of a master key: 32, as 64 hex digits or base64. Fails with `UsageError`, never with what was given. */
export function parseMasterKey(text: string): Buffer {
  const trimmed = text.trim()
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (/^[A-Za-z0-9+/]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64')
  throw new UsageError(`a master key has ${KEY_BYTES} bytes, as 64 hex digits or base64`, {
    hint: 'Make one with `openssl rand -base64 32`. It must be random: it is not stretched like a passphrase.',
  })
}
