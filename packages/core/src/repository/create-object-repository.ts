import {
  type CompressionSettings,
  DEFAULT_COMPRESSION,
  requireCompressionSettings,
} from '../compression/compression-settings.ts'
import { requireZstdDictionaries } from '../compression/require-zstd-dictionaries.ts'
import { deriveRepositoryKeys, KEY_BYTES } from '../encryption/repository-keys.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { RepositoryExistsError } from '../errors/repository-exists-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { encodeConfig, type RepositoryConfig } from '../format/config-codec.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { OPEN_WRAPPER, putKeySlot } from './key-slots.ts'
import type { ObjectRepository } from './object-repository.ts'
import { contextOf, OpenedObjectRepository, type OpenObjectRepositoryOptions } from './open-object-repository.ts'
import { CONFIG_FILE, FILE_ID_BYTES, KEYS_PREFIX } from './repository-files.ts'

export interface CreateObjectRepositoryOptions extends OpenObjectRepositoryOptions {
  /** Default for all that is stored. Default `DEFAULT_COMPRESSION`. */
  readonly compression?: CompressionSettings
  /** Everybody who reads the store reads the data. Needed, and only allowed, where no `keyProvider` is given. */
  readonly unencrypted?: boolean
}

/**
 * Makes a repository: first a key slot for each provider, last the config, so that it exists at once or not at all. Fails with
 * `RepositoryExistsError`, or `UsageError` unless exactly one of `keyProvider` and `unencrypted` is given and the
 * compression is known.
 */
export async function createObjectRepository(
  store: ObjectStore,
  options: CreateObjectRepositoryOptions,
): Promise<ObjectRepository> {
  requireZstdDictionaries()
  if (options.compression !== undefined) requireCompressionSettings(options.compression)
  const { randomness } = options
  const providers = [options.keyProvider ?? []].flat()
  if ((providers.length === 0) !== (options.unencrypted ?? false)) {
    throw new UsageError('a new repository needs a passphrase or another key', {
      hint: 'Give one, or ask for a repository without encryption in so many words; not both.',
    })
  }
  if ((await store.stat(CONFIG_FILE)) !== undefined) throw exists(store)
  const repositoryId = randomness.bytes(FILE_ID_BYTES)
  const repositoryKey = randomness.bytes(KEY_BYTES)
  const keys = deriveRepositoryKeys(repositoryKey, repositoryId)
  repositoryKey.fill(0)
  const config: RepositoryConfig = {
    repository: repositoryId.toString('hex'),
    encryption: providers.length === 0 ? 'none' : 'aes-256-gcm',
    compression: options.compression ?? DEFAULT_COMPRESSION,
  }
  const bytes = encodeConfig(config, keys.config)
  const context = contextOf({ store, repositoryId, keys }, options)
  const slots: string[] = []
  try {
    for (const wrapper of providers.length === 0 ? [OPEN_WRAPPER] : providers) {
      slots.push(await putKeySlot(context, wrapper))
    }
    await store.put(CONFIG_FILE, [bytes], { exclusive: true })
  } catch (error) {
    // Perhaps only the answer was lost: then the slots are the only ones of a repository that exists.
    const there = await presentConfig(store, error)
    if (there?.equals(bytes) !== true) {
      for (const slot of slots) await store.delete(KEYS_PREFIX + slot)
      throw there === undefined ? error : exists(store)
    }
  }
  return new OpenedObjectRepository(context, config, slots[0] as string)
}

/** The config that is there, or undefined where there is none; where nobody knows, the failure to put one. */
async function presentConfig(store: ObjectStore, failure: unknown): Promise<Buffer | undefined> {
  try {
    return await store.get(CONFIG_FILE)
  } catch (error) {
    if (isDbSnapError(error) && error.code === 'STORE_KEY_MISSING') return undefined
    throw failure
  }
}

function exists(store: ObjectStore): RepositoryExistsError {
  return new RepositoryExistsError(`there is a repository in ${store.label} already`, {
    hint: 'Open it, or choose an empty place.',
  })
}
