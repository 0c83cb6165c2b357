import { keyProvidersOf, type RepositorySecrets } from './encryption/repository-secrets.ts'
import { UsageError } from './errors/usage-error.ts'
import type { KeyProvider } from './ports/key-provider.ts'
import type { Randomness } from './ports/system.ts'
import type { KeySlotInfo } from './repository/key-slot-info.ts'
import type { KeySlots } from './repository/key-slot-list.ts'
import type { DESTROY_ALL_DATA } from './repository/remove-key-slot.ts'

/** A new secret for a repository: exactly one of its members. */
export interface NewKeyOptions extends RepositorySecrets {
  /** What a person calls it, one line. Whoever has the store can read it. Ignored by `rotate`, which keeps the old one. */
  readonly label?: string
}

/**
 * The secrets that open a repository, each in a slot of its own. Changing them rewrites no data: all of them wrap the same
 * repository key. Ended at any step, a change leaves what was or what was to be. `docs/keys.md`.
 */
export class RepositoryKeyring {
  readonly #slots: KeySlots
  readonly #randomness: Randomness

  /** Made by `Repository`. */
  constructor(slots: KeySlots, randomness: Randomness) {
    this.#slots = slots
    this.#randomness = randomness
  }

  /** All slots, oldest first. */
  list(): Promise<readonly KeySlotInfo[]> {
    return this.#slots.list()
  }

  /** Adds a secret. Resolves with the slot's id when it is durable and was opened as it lies in the store. Fails with `UsageError`. */
  async add(key: NewKeyOptions): Promise<string> {
    return this.#slots.add(await this.#provider(key), key.label)
  }

  /**
   * Removes a slot, named by its id, at least four digits of it, or its label; resolves with its id. Its secret opens the
   * repository no more; whoever has opened it before may have kept the repository key. The last one goes only with `lastSlot`
   * in so many words (`LastKeySlotError` without): then nobody can ever read the data. Fails with `UnknownKeySlotError`.
   */
  remove(slot: string, options: { readonly lastSlot?: typeof DESTROY_ALL_DATA } = {}): Promise<string> {
    return this.#slots.remove(slot, options.lastSlot !== undefined)
  }

  /**
   * A new secret in the place of an old one: adds first, removes then. `slot` undefined is the one that the repository was
   * opened with. Where it fails both may open it, never neither.
   */
  async rotate(
    slot: string | undefined,
    key: NewKeyOptions,
  ): Promise<{ readonly added: string; readonly removed: string }> {
    return this.#slots.rotate(slot, await this.#provider(key))
  }

  async #provider(key: NewKeyOptions): Promise<KeyProvider> {
    const [provider, ...more] = await keyProvidersOf(key, this.#randomness)
    if (provider !== undefined && more.length === 0) return provider
    throw new UsageError('a key slot is made for exactly one secret', {
      hint: 'Give a passphrase, a key file, a master key or a recovery key.',
    })
  }
}
