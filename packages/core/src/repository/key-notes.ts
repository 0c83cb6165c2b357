import type { RepositoryDamage, RepositoryNote } from './check-repository.ts'
import type { KeySlotInfo } from './key-slot-info.ts'
import { KEYS_PREFIX } from './repository-files.ts'

/** Key slots that are not as they were put: each is a way in that may be lost. */
export function keyDamage(slots: readonly KeySlotInfo[]): RepositoryDamage[] {
  return slots
    .filter(({ state }) => state === 'damaged')
    .map(({ id, provider }) => ({
      file: KEYS_PREFIX + id,
      problem: `key slot (${provider}), which may open nothing: add the key anew, then remove the slot`,
      objects: 0,
    }))
}

/** What else a check says about the key slots. An open one is told of where the repository is called unencrypted. */
export function keyNotes(slots: readonly KeySlotInfo[]): RepositoryNote[] {
  const notes: RepositoryNote[] = []
  for (const { id, provider, state, weak } of slots) {
    const name = `Key slot ${id.slice(0, 8)} (${provider})`
    if (state === 'removing') {
      const message = `${name}: its removal was begun and not ended. Remove it again.`
      notes.push({ code: 'UNFINISHED_KEY_REMOVAL', message })
    }
    if (weak && provider !== 'none') {
      const message = `${name} is stretched less than by default: its passphrase is cheaper to guess. Rotate it.`
      notes.push({ code: 'WEAK_KEY_SLOT', message })
    }
  }
  return notes
}
