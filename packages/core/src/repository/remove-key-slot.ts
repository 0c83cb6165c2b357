import { LastKeySlotError } from '../errors/last-key-slot-error.ts'
import { FORMAT_VERSION } from '../format/format-version.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { KeySlotInfo } from './key-slot-info.ts'
import type { RepositoryContext } from './repository-context.ts'
import { FILE_ID_BYTES, KEY_REMOVALS_PREFIX, KEYS_PREFIX } from './repository-files.ts'

/** What may be passed where the last slot is meant. */
export const DESTROY_ALL_DATA = 'destroy-all-data'

const REMOVAL = /^key-removals\/([0-9a-f]{32})-[0-9a-f]{32}$/

/** Ids of the slots that somebody is removing, or has begun to. */
export async function slotsBeingRemoved(store: ObjectStore): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const { key } of store.list(KEY_REMOVALS_PREFIX)) {
    const id = REMOVAL.exec(key)?.[1]
    if (id !== undefined) ids.add(id)
  }
  return ids
}

/**
 * Removes a slot such that two removals at once never leave none: each says first what it is about to remove, then looks
 * what stays, and what another one is about to remove does not count as staying. Of two, the later one to look sees the
 * other. `listSlots` lists removals before slots: one that has ended in between has taken its slot along.
 */
export async function removeKeySlot(
  { store, randomness }: RepositoryContext,
  id: string,
  listSlots: () => Promise<readonly KeySlotInfo[]>,
  evenTheLast: boolean,
): Promise<void> {
  const removal = `${KEY_REMOVALS_PREFIX}${id}-${randomness.bytes(FILE_ID_BYTES).toString('hex')}`
  await store.put(removal, [Buffer.from(`{"format":${FORMAT_VERSION}}\n`)], { exclusive: true })
  if (!evenTheLast) {
    const others = (await listSlots()).filter((slot) => slot.id !== id)
    if (!others.some(({ state }) => state === 'sound')) {
      await store.delete(removal)
      throw refusal(id, others)
    }
  }
  // Where this fails the removal stays announced: the request may still arrive, so the slot must not be counted on.
  await store.delete(KEYS_PREFIX + id)
  for await (const { key } of store.list(`${KEY_REMOVALS_PREFIX}${id}-`)) await store.delete(key)
}

function refusal(id: string, others: readonly KeySlotInfo[]): LastKeySlotError {
  const name = `key slot ${id.slice(0, 8)}`
  if (others.some(({ state }) => state === 'removing')) {
    return new LastKeySlotError(`${name} was not removed: every other one is being removed as well`, {
      hint: 'Look at `dbsnap key list`. Add a key, or end the other removal first.',
    })
  }
  return new LastKeySlotError(`${name} is the last one that opens the repository`, {
    hint: `Add another key first. Without any slot nobody can ever read the data again; if that is meant, say ${DESTROY_ALL_DATA}.`,
  })
}
