import { describe, expect, it } from 'vitest'
import { reopen, rows, storeChunk, system, writing } from '../../test/object-layer.ts'
import { memory } from '../stores/memory-store.ts'
import { adoptPacks } from './adopt-packs.ts'
import { createObjectRepository } from './create-object-repository.ts'
import { dropFromIndex } from './drop-from-index.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'

describe('dropping packs from the index', () => {
  it('lists a pack once that several processes have listed', async () => {
    const store = memory()
    const repository = (await createObjectRepository(store, system('drop'))) as OpenedObjectRepository
    for (const seed of ['kept', 'dropped']) await writing(repository, (writer) => storeChunk(writer, rows(20, seed)))
    const { context, index } = repository
    await index.refresh()
    const packs = index.files.flatMap((file) => file.packs)
    // As prunes do that meet packs of a writer at work.
    for (let prune = 0; prune < 2; prune++) await adoptPacks(context, index, packs)
    const [dropped, kept] = packs as [(typeof packs)[0], (typeof packs)[0]]
    await dropFromIndex(context, index, new Set([dropped.id]))
    expect(index.files.map((file) => file.packs)).toEqual([[kept], [kept]])
    await store.delete(`packs/${dropped.id.slice(0, 2)}/${dropped.id}`)
    expect(await (await reopen(store)).check({ readFraction: 1 })).toMatchObject({ damage: [] })
  })
})
