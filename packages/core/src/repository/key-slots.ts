import { timingSafeEqual } from 'node:crypto'
import { deriveRepositoryKeys, KEY_BYTES, type RepositoryKeys } from '../encryption/repository-keys.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { WrongPassphraseError } from '../errors/wrong-passphrase-error.ts'
import { configMac, type decodeConfig } from '../format/config-codec.ts'
import { damaged } from '../format/format-version.ts'
import { decodeKeySlot, encodeKeySlot, type KeySlot } from '../format/key-slot-codec.ts'
import type { KeyProvider } from '../ports/key-provider.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { RepositoryContext } from './repository-context.ts'
import { FILE_ID_BYTES, fileId, KEYS_PREFIX } from './repository-files.ts'

/** Provider of the slot of an unencrypted repository: the key lies open in it. */
const OPEN_PROVIDER = 'none'

/** What wraps the repository key for a slot: a provider, or nothing at all. */
export type KeyWrapper = Pick<KeyProvider, 'wrap'>

/** Wraps the repository key for a new slot and puts it. Resolves with the slot's id when it is durable. */
export async function putKeySlot(
  { store, randomness, keys, repositoryId }: RepositoryContext,
  wrapper: KeyWrapper,
  label?: string,
): Promise<string> {
  const place = { repository: repositoryId.toString('hex'), slot: randomness.bytes(FILE_ID_BYTES).toString('hex') }
  const secret = keys.repository.export()
  try {
    const named = label === undefined ? {} : { label }
    const slot = { repository: place.repository, ...named, ...(await wrapper.wrap(secret, place)) }
    await store.put(KEYS_PREFIX + place.slot, [encodeKeySlot(slot, keys.slot)], { exclusive: true })
    return place.slot
  } finally {
    secret.fill(0)
  }
}

/** Makes the slot of a repository that everybody can open. */
export const OPEN_WRAPPER: KeyWrapper = {
  wrap: async (key) => ({ provider: OPEN_PROVIDER, parameters: {}, wrapped: Buffer.from(key).toString('base64') }),
}

/** Finds the slot that opens, checks it against the config and derives all keys. `slot` is the id of its file. */
export async function unlockRepository(
  store: ObjectStore,
  config: ReturnType<typeof decodeConfig>,
  providers: readonly KeyProvider[],
): Promise<{ keys: RepositoryKeys; slot: string }> {
  requireFittingProvider(store, config.encryption, providers)
  let opened = false
  const failures = new Map<KeyProvider, unknown>()
  for (const { id, slot } of await readSlots(store, config.repository)) {
    const candidates = providers.length === 0 ? [openedFreely(slot)] : unwrapWithEach(id, slot, providers, failures)
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
  for (const failure of failures.values()) throw failure
  const what = providers.map(({ provider }) => SECRET_NAMES[provider] ?? `key of ${provider}`).join(' or ')
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

/**
 * A key service that fails must not lock out whoever has a passphrase too: its failure is kept, and counts where nothing else
 * opens. It is asked once, because each question may take as long as its retries.
 */
async function* unwrapWithEach(
  id: string,
  slot: KeySlot,
  providers: readonly KeyProvider[],
  failures: Map<KeyProvider, unknown>,
): AsyncGenerator<Buffer | undefined> {
  const place = { repository: slot.repository, slot: id }
  for (const provider of providers) {
    if (failures.has(provider)) continue
    yield await provider.unwrap(slot, place).catch((error: unknown) => {
      failures.set(provider, error)
      return undefined
    })
  }
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
      hint: 'Set DBSNAP_PASSPHRASE or pass --passphrase-file; a key file, a KMS key or the recovery key opens it as well.',
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
