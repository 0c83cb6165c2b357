import { timingSafeEqual } from 'node:crypto'
import { deriveRepositoryKeys, KEY_BYTES, type RepositoryKeys } from '../encryption/repository-keys.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { WrongPassphraseError } from '../errors/wrong-passphrase-error.ts'
import { configMac, type decodeConfig } from '../format/config-codec.ts'
import { damaged } from '../format/format-version.ts'
import { decodeKeySlot, encodeKeySlot, type KeySlot } from '../format/key-slot-codec.ts'
import type { KeyProvider, WrappedKey } from '../ports/key-provider.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Randomness } from '../ports/system.ts'
import { FILE_ID_BYTES, fileId, KEYS_PREFIX } from './repository-files.ts'

/** Provider of the slot of an unencrypted repository: the key lies open in it. */
const OPEN_PROVIDER = 'none'

/** Puts a new slot. Resolves with its key in the store. */
export async function putKeySlot(
  store: ObjectStore,
  randomness: Randomness,
  slot: KeySlot,
  keys: RepositoryKeys,
): Promise<string> {
  const key = KEYS_PREFIX + randomness.bytes(FILE_ID_BYTES).toString('hex')
  await store.put(key, [encodeKeySlot(slot, keys.slot)], { exclusive: true })
  return key
}

/** The slot of a repository that everybody can open. */
export async function openSlot(repositoryKey: Buffer): Promise<WrappedKey> {
  return { provider: OPEN_PROVIDER, parameters: {}, wrapped: repositoryKey.toString('base64') }
}

/** Finds the slot that opens, checks it against the config and derives all keys. `slot` is the id of its file. */
export async function unlockRepository(
  store: ObjectStore,
  config: ReturnType<typeof decodeConfig>,
  providers: readonly KeyProvider[],
): Promise<{ keys: RepositoryKeys; slot: string }> {
  requireFittingProvider(store, config.encryption, providers)
  let opened = false
  for (const { id, slot } of await readSlots(store, config.repository)) {
    const candidates = providers.length === 0 ? [openedFreely(slot)] : unwrapWithEach(slot, providers)
    for await (const key of candidates) {
      if (key?.length !== KEY_BYTES) continue
      opened = true
      const keys = deriveRepositoryKeys(key, Buffer.from(config.repository, 'hex'))
      key.fill(0)
      const mac = Buffer.from(configMac(config, keys.config), 'hex')
      if (timingSafeEqual(mac, Buffer.from(config.mac, 'hex'))) return { keys, slot: id }
    }
  }
  if (opened || providers.length === 0) throw damaged(`config or key slot in ${store.label} is damaged`)
  const what = providers.map(({ provider }) => SECRET_NAMES[provider] ?? 'key').join(' or ')
  throw new WrongPassphraseError(`no key slot of the repository in ${store.label} opens with this ${what}`, {
    hint: 'Check the secret and the repository; another key of it, or its recovery key, opens it as well. Without any nobody can read it.',
  })
}

/** What people call the secret of a slot. */
const SECRET_NAMES: Readonly<Record<string, string>> = {
  passphrase: 'passphrase',
  'key-file': 'key file',
  'master-key': 'master key',
  'recovery-key': 'recovery key',
}

async function* unwrapWithEach(slot: KeySlot, providers: readonly KeyProvider[]): AsyncGenerator<Buffer | undefined> {
  for (const provider of providers) yield await provider.unwrap(slot)
}

/**
 * Whoever can write to the store could put an unencrypted repository in the place of an encrypted one and wait for the next
 * take: so a caller with a secret never opens an unencrypted one.
 */
function requireFittingProvider(
  store: ObjectStore,
  encryption: 'aes-256-gcm' | 'none',
  providers: readonly KeyProvider[],
): void {
  if (encryption === 'none' && providers.length > 0) {
    throw new UsageError(`the repository in ${store.label} is not encrypted, and a secret was given`, {
      hint: 'If that is meant, open it without one. If it was encrypted before, somebody has replaced it.',
    })
  }
  if (encryption !== 'none' && providers.length === 0) {
    throw new WrongPassphraseError(`the repository in ${store.label} is encrypted, and no secret was given`, {
      hint: 'Set DBSNAP_PASSPHRASE or pass --passphrase-file; a key file or the recovery key opens it as well.',
    })
  }
}

/** A slot as it is stored, or undefined where somebody removed it after it was listed. */
export async function slotBytes(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  try {
    return await store.get(key)
  } catch (error) {
    if (isDbSnapError(error) && error.code === 'STORE_KEY_MISSING') return undefined
    throw error
  }
}

/** A slot of this repository, and the id of its file. */
interface ReadSlot {
  readonly id: string
  readonly slot: KeySlot
}

async function readSlots(store: ObjectStore, repository: string): Promise<ReadSlot[]> {
  const slots: ReadSlot[] = []
  for await (const { key } of store.list(KEYS_PREFIX)) {
    const id = fileId(key)
    const bytes = id === undefined ? undefined : await slotBytes(store, key)
    const slot = bytes === undefined ? undefined : decodeKeySlot(bytes)
    if (id !== undefined && slot?.repository === repository) slots.push({ id, slot })
  }
  return slots
}

function openedFreely(slot: KeySlot): Buffer | undefined {
  return slot.provider === OPEN_PROVIDER ? Buffer.from(slot.wrapped, 'base64') : undefined
}
