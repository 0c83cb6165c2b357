import { createSecretKey } from 'node:crypto'
import { DamagedError } from '../errors/damaged-error.ts'
import { UnknownKeySlotError } from '../errors/unknown-key-slot-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { decodeKeySlot, isSoundSlot } from '../format/key-slot-codec.ts'
import type { KeyProvider } from '../ports/key-provider.ts'
import { describeSlot, type KeySlotInfo } from './key-slot-info.ts'
import { putKeySlot, slotBytes } from './key-slots.ts'
import { removeKeySlot, slotsBeingRemoved } from './remove-key-slot.ts'
import type { RepositoryContext } from './repository-context.ts'
import { fileId, KEYS_PREFIX } from './repository-files.ts'

const MAX_LABEL_LENGTH = 100

/** The key slots of an open repository. Whoever has opened it may change them. */
export class KeySlots {
  readonly #context: RepositoryContext
  readonly #encrypted: boolean
  readonly #openedWith: string

  constructor(context: RepositoryContext, facts: { readonly encrypted: boolean; readonly openedWith: string }) {
    this.#context = context
    this.#encrypted = facts.encrypted
    this.#openedWith = facts.openedWith
  }

  /** All slots, oldest first. Slots of another repository, left by a creation that was cut off, are not among them. */
  async list(): Promise<KeySlotInfo[]> {
    const { store } = this.#context
    const removals = await slotsBeingRemoved(store)
    const slots: KeySlotInfo[] = []
    for await (const { key, modified } of store.list(KEYS_PREFIX)) {
      const id = fileId(key)
      const bytes = id === undefined ? undefined : await slotBytes(store, key)
      if (id === undefined || bytes === undefined) continue
      const slot = decodeKeySlot(bytes)
      const facts = { id, added: modified.toISOString(), current: id === this.#openedWith }
      if (slot === undefined) slots.push({ ...facts, provider: 'unknown', state: 'damaged', weak: false })
      else if (slot.repository === this.#context.repositoryId.toString('hex')) {
        const sound = isSoundSlot(slot, this.#context.keys.slot)
        const state = removals.has(id) ? 'removing' : sound ? 'sound' : 'damaged'
        slots.push({ ...facts, ...describeSlot(slot), state })
      }
    }
    const place = ({ added, id }: KeySlotInfo): string => added + id
    return slots.sort((a, b) => place(a).localeCompare(place(b), 'en'))
  }

  /** Puts a slot, and opens it as it lies in the store: when this resolves with its id, its secret opens the repository. */
  async add(provider: KeyProvider, label?: string): Promise<string> {
    if (!this.#encrypted) {
      throw new UsageError('an unencrypted repository has no keys to change', {
        hint: 'Its key was open to everybody who had the store. Make a new, encrypted one.',
      })
    }
    if (label !== undefined) requireLabel(label)
    const id = await putKeySlot(this.#context, provider, label)
    await this.#requireOpens(id, provider)
    return id
  }

  /**
   * Removes a slot, by `name`: its id, a unique prefix of it or its label. Never the last one that opens the repository
   * (`LastKeySlotError`), unless `evenTheLast`, after which nobody can read the data.
   */
  async remove(name: string, evenTheLast = false): Promise<string> {
    const { id } = await this.#find(name)
    await removeKeySlot(this.#context, id, () => this.list(), evenTheLast)
    return id
  }

  /** Puts a slot with the label of another, then removes that. `name` undefined: the one the repository was opened with. */
  async rotate(name: string | undefined, provider: KeyProvider): Promise<{ added: string; removed: string }> {
    const old = await this.#find(name ?? this.#openedWith)
    const added = await this.add(provider, old.label)
    await removeKeySlot(this.#context, old.id, () => this.list(), false)
    return { added, removed: old.id }
  }

  async #find(name: string): Promise<KeySlotInfo> {
    const slots = await this.list()
    const prefixed = /^[0-9a-f]{4,32}$/.test(name) ? slots.filter(({ id }) => id.startsWith(name)) : []
    const found = prefixed.length > 0 ? prefixed : slots.filter(({ label }) => label === name)
    if (found.length === 1) return found[0] as KeySlotInfo
    const message = found.length === 0 ? 'no key slot has this name' : 'several key slots have this name'
    throw new UnknownKeySlotError(message, {
      hint: 'Look at `dbsnap key list`: a slot is named by its id, at least four digits of it, or its label.',
    })
  }

  async #requireOpens(id: string, provider: KeyProvider): Promise<void> {
    const { store, keys, repositoryId } = this.#context
    const stored = decodeKeySlot(await store.get(KEYS_PREFIX + id))
    const place = { repository: repositoryId.toString('hex'), slot: id }
    const opened = stored === undefined ? undefined : await provider.unwrap(stored, place)
    const isOurs = opened !== undefined && keys.repository.equals(createSecretKey(opened))
    opened?.fill(0)
    if (isOurs) return
    throw new DamagedError('the new key slot does not open as it lies in the store', {
      hint: 'Nothing else was changed. Check the store, then add the key again.',
    })
  }
}

function requireLabel(label: string): void {
  if (label.trim() !== '' && label.length <= MAX_LABEL_LENGTH && !/\p{Cc}/u.test(label)) return
  throw new UsageError(`a label is one line of at most ${MAX_LABEL_LENGTH} characters`, {
    hint: 'Whoever has the store can read it: no secret belongs there.',
  })
}
