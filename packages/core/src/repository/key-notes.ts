import type { RepositoryNote } from './check-repository.ts'
import type { KeySlotInfo } from './key-slot-info.ts'

/** What a check says about the key slots. An open one is told of where the repository is called unencrypted. */
export function keyNotes(slots: readonly KeySlotInfo[]): RepositoryNote[] {
  const notes: RepositoryNote[] = []
  for (const { id, provider, state, weak } of slots) {
    const name = `Key slot ${id.slice(0, 8)} (${provider})`
    if (state === 'damaged') {
      const message = `${name} is damaged and may open nothing. Add the key anew, then remove the slot.`
      notes.push({ code: 'DAMAGED_KEY_SLOT', message })
    }
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
