import {
  added,
  type Copy,
  entered,
  isReadable,
  packsOf,
  type Rules,
  type World,
  type WriterState,
  without,
} from './model-world.ts'

/** One step of a writer. Changes the world; of two or more outcomes it is called once for each parent that it may choose. */
export function stepWriter(world: World, writer: WriterState, rules: Rules, parent: string | undefined): void {
  const { store } = world
  const registersLate = !rules.registersFirst
  switch (writer.at) {
    case 'register':
      if (!registersLate) store.writers = added(store.writers, writer.id)
      writer.at = writer.wants.length === 0 ? 'end' : 'index'
      return
    case 'index':
      writer.listed = store.listed
      writer.at = 'marks'
      return
    case 'marks':
      writer.marks = store.marks
      writer.at = 'packs'
      return
    case 'packs': {
      const condemned = rules.condemnedIsAbsent ? packsOf(writer.marks ?? {}) : []
      writer.trusted = without(Object.keys(store.packs).sort(), condemned)
      // It adopts what no index file lists.
      const unlisted = without(writer.trusted, writer.listed ?? [])
      writer.listed = added(writer.listed ?? [], ...unlisted)
      store.listed = added(store.listed, ...unlisted)
      if (registersLate) store.writers = added(store.writers, writer.id)
      writer.at = 'decide'
      return
    }
    case 'decide':
      writer.stores = decide(world, writer, rules, parent)
      delete writer.listed
      delete writer.marks
      delete writer.trusted
      writer.at = writer.stores.length > 0 ? 'pack' : 'publish'
      return
    case 'pack':
      store.packs = entered<readonly Copy[]>(store.packs, `of ${writer.id}`, writer.stores ?? [])
      delete writer.stores
      writer.at = 'list'
      return
    case 'list':
      store.listed = added(store.listed, `of ${writer.id}`)
      writer.at = store.writers.includes(writer.id) ? 'publish' : 'ended'
      return
    case 'publish':
      if (!rules.namesAreClosed || !store.closed.includes(writer.id)) {
        const objects = writer.wants.map(({ object }) => object)
        store.roots = entered(store.roots, writer.id, objects)
      }
      writer.at = 'end'
      return
    default:
      store.writers = without(store.writers, [writer.id])
      writer.at = 'ended'
  }
}

/** What it must store itself. */
function decide({ store }: World, writer: WriterState, rules: Rules, parent: string | undefined): Copy[] {
  const { marks = {}, listed = [], trusted = [] } = writer
  const isNamed = Object.values(marks).some(({ before }) => before === null || before.includes(parent ?? ''))
  const keeps = parent === undefined || (rules.asksWhomItRestsOn && isNamed) ? [] : (store.roots[parent] ?? [])
  const usable = listed.filter((pack) => trusted.includes(pack))
  const isStored = (object: string): boolean =>
    rules.readsChains
      ? isReadable(store, usable, object)
      : usable.some((pack) => store.packs[pack]?.some((copy) => copy.object === object))
  const stores: Copy[] = []
  for (const { object, base } of writer.wants) {
    if (keeps.includes(object) || isStored(object)) continue
    const isDelta = base !== undefined && isReadable(store, usable, base, 1)
    stores.push(isDelta ? { object, version: 1, base } : { object, version: 0 })
  }
  return stores
}
