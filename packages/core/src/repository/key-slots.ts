import { timingSafeEqual } from 'node:crypto'
import { deriveRepositoryKeys, KEY_BYTES, type RepositoryKeys } from '../encryption/repository-keys.ts'
import { UsageError } from '../errors/usage-error.ts'
import { WrongPassphraseError } from '../errors/wrong-passphrase-error.ts'
import { configMac, type decodeConfig } from '../format/config-codec.ts'
import { damaged } from '../format/format-version.ts'
import { decodeKeySlot, encodeKeySlot, type KeySlot } from '../format/key-slot-codec.ts'
import type { KeyProvider, WrappedKey } from '../ports/key-provider.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Randomness } from '../ports/system.ts'
import { FILE_ID_BYTES, KEYS_PREFIX } from './repository-files.ts'

/** Provider of the slot of an unencrypted repository: the key lies open in it. */
const OPEN_PROVIDER = 'none'

/** Puts a new slot. Resolves with its key in the store. */
export async function putKeySlot(
  store: ObjectStore,
  randomness: Randomness,
  repository: string,
  wrapped: WrappedKey,
): Promise<string> {
  const key = KEYS_PREFIX + randomness.bytes(FILE_ID_BYTES).toString('hex')
  await store.put(key, [encodeKeySlot({ repository, ...wrapped })], { exclusive: true })
  return key
}

/** The slot of a repository that everybody can open. */
export function openSlot(repositoryKey: Buffer): WrappedKey {
  return { provider: OPEN_PROVIDER, parameters: {}, wrapped: repositoryKey.toString('base64') }
}

/** Finds the slot that opens, checks it against the config and derives all keys. */
export async function unlockRepository(
  store: ObjectStore,
  config: ReturnType<typeof decodeConfig>,
  provider: KeyProvider | undefined,
): Promise<RepositoryKeys> {
  requireFittingProvider(store, config.encryption, provider)
  let opened = false
  for (const slot of await readSlots(store, config.repository)) {
    const key = provider === undefined ? openedFreely(slot) : await provider.unwrap(slot)
    if (key?.length !== KEY_BYTES) continue
    opened = true
    const keys = deriveRepositoryKeys(key, Buffer.from(config.repository, 'hex'))
    if (timingSafeEqual(Buffer.from(configMac(config, keys.config), 'hex'), Buffer.from(config.mac, 'hex'))) return keys
  }
  if (opened || provider === undefined) throw damaged(`config or key slot in ${store.label} is damaged`)
  throw new WrongPassphraseError(`no key slot of the repository in ${store.label} opens with this passphrase`, {
    hint: 'Check the passphrase (DBSNAP_PASSPHRASE or --passphrase-file). Without it nobody can read the repository.',
  })
}

/**
 * Whoever can write to the store could put an unencrypted repository in the place of an encrypted one and wait for the next
 * take: so a caller with a secret never opens an unencrypted one.
 */
function requireFittingProvider(
  store: ObjectStore,
  encryption: 'aes-256-gcm' | 'none',
  provider: KeyProvider | undefined,
): void {
  if (encryption === 'none' && provider !== undefined) {
    throw new UsageError(`the repository in ${store.label} is not encrypted, and a passphrase was given`, {
      hint: 'If that is meant, open it without a passphrase. If it was encrypted before, somebody has replaced it.',
    })
  }
  if (encryption !== 'none' && provider === undefined) {
    throw new WrongPassphraseError(`the repository in ${store.label} is encrypted, and no passphrase was given`, {
      hint: 'Set DBSNAP_PASSPHRASE or pass --passphrase-file.',
    })
  }
}

async function readSlots(store: ObjectStore, repository: string): Promise<KeySlot[]> {
  const slots: KeySlot[] = []
  for await (const { key } of store.list(KEYS_PREFIX)) {
    const slot = decodeKeySlot(await store.get(key))
    if (slot?.repository === repository) slots.push(slot)
  }
  return slots
}

function openedFreely(slot: KeySlot): Buffer | undefined {
  return slot.provider === OPEN_PROVIDER ? Buffer.from(slot.wrapped, 'base64') : undefined
}
