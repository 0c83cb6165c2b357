import { planPrune } from './model-plan.ts'
import { added, entered, type Mark, type PruneState, type Rules, type World, without } from './model-world.ts'

export function idOf({ name, runs }: PruneState): string {
  return `${name}${runs}`
}

/** One step of a prune. `patient`: nothing is due for it yet. Changes the world. */
export function stepPrune(world: World, prune: PruneState, rules: Rules, patient: boolean): void {
  const { store } = world
  const id = idOf(prune)
  const others = () => without(store.writers, [id])
  const isAlive = !rules.pruneIsWriter || (store.writers.includes(id) && !store.closed.includes(id))
  const goTo = (at: PruneState['at']): void => {
    prune.at = at
  }
  switch (prune.at) {
    case 'register':
      if (rules.pruneIsWriter) store.writers = added(store.writers, id)
      return goTo('old')
    case 'old':
      prune.old = store.marks
      if (!rules.listsAfterMark) prune.early = others()
      return goTo(Object.keys(store.marks).length > 0 ? 'advance' : 'roots')
    case 'advance':
      for (const [name, mark] of Object.entries(prune.old ?? {})) {
        const next = advance(world, mark, others())
        if (JSON.stringify(next) !== JSON.stringify(mark)) store.marks = entered(store.marks, name, next)
        prune.old = { ...prune.old, [name]: next }
      }
      return goTo('roots')
    case 'roots':
      prune.roots = store.roots
      return goTo('index')
    case 'index':
      prune.listed = store.listed
      return goTo('packs')
    case 'packs': {
      prune.known = store.marks
      const plan = planPrune(world, prune, rules, patient)
      for (const view of ['old', 'listed'] as const) delete prune[view]
      if (plan === undefined) return goTo('end')
      prune.plan = plan.plan
      store.listed = added(store.listed, ...plan.adopted)
      return goTo(plan.plan.moved.length > 0 ? 'move' : plan.plan.fresh.length > 0 ? 'mark' : 'drop')
    }
    case 'move':
      store.packs = entered(store.packs, `of ${id}`, prune.plan?.moved ?? [])
      return goTo('list')
    case 'list':
      store.listed = added(store.listed, `of ${id}`)
      return goTo('mark')
    default:
      return stepMarking(world, prune, rules, isAlive, goTo)
  }
}

function stepMarking(
  { store }: World,
  prune: PruneState,
  rules: Rules,
  isAlive: boolean,
  goTo: (at: PruneState['at']) => void,
): void {
  const id = idOf(prune)
  const plan = prune.plan
  switch (plan === undefined ? 'end' : prune.at) {
    case 'mark':
      if (plan?.fresh.length === 0) return goTo('drop')
      return goTo(isAlive ? 'putMark' : 'end')
    case 'putMark':
      store.marks = entered<Mark>(store.marks, id, { packs: [...(plan?.fresh ?? [])], before: null, waiting: [] })
      return goTo('alone')
    case 'alone':
      prune.alone =
        !rules.knowsOtherMarks ||
        Object.keys(store.marks).every((name) => name === id || prune.known?.[name] !== undefined)
      delete prune.known
      return goTo(isAlive ? 'before' : 'end')
    case 'before': {
      const writers = prune.early ?? without(store.writers, [id])
      const walked = prune.alone ? Object.keys(prune.roots ?? {}) : []
      const roots = rules.namesNewRoots ? without(Object.keys(store.roots).sort(), walked) : []
      prune.before = { packs: [...(plan?.fresh ?? [])], before: added(writers, ...roots), waiting: writers }
      delete prune.alone
      delete prune.early
      delete prune.roots
      return goTo('putBefore')
    }
    case 'putBefore': {
      const mark = prune.before as Mark
      store.marks = entered(store.marks, id, mark)
      delete prune.before
      if (mark.before?.length === 0 && plan?.patient === false) {
        prune.plan = { ...plan, deleted: [...plan.deleted, ...plan.freshDeletable], due: { ...plan.due, [id]: mark } }
      }
      return goTo('drop')
    }
    default:
      return stepDeleting({ store }, prune, rules, isAlive, goTo)
  }
}

function stepDeleting(
  { store }: Pick<World, 'store'>,
  prune: PruneState,
  rules: Rules,
  isAlive: boolean,
  goTo: (at: PruneState['at']) => void,
): void {
  const { deleted = [], missing = [], due = {} } = prune.plan ?? {}
  const unmark = (): void => {
    for (const [name, mark] of Object.entries(due)) {
      const left = rules.condemnedGo ? without(mark.packs, deleted) : []
      if (left.length === 0)
        store.marks = Object.fromEntries(Object.entries(store.marks).filter(([other]) => other !== name))
      else if (left.length < mark.packs.length) store.marks = entered(store.marks, name, { ...mark, packs: left })
    }
  }
  switch (prune.plan === undefined ? 'end' : prune.at) {
    case 'drop':
      for (const view of ['known', 'early', 'roots', 'alone'] as const) delete prune[view]
      store.listed = without(store.listed, [...deleted, ...missing])
      if (!rules.marksGoLast) unmark()
      return goTo(Object.keys(due).length > 0 && isAlive ? 'delete' : 'end')
    case 'delete':
      store.packs = Object.fromEntries(Object.entries(store.packs).filter(([pack]) => !deleted.includes(pack)))
      return goTo('dropAgain')
    case 'dropAgain':
      store.listed = without(store.listed, deleted)
      unmark()
      return goTo('end')
    default:
      store.writers = without(store.writers, [idOf(prune)])
      for (const view of ['old', 'early', 'roots', 'listed', 'known', 'plan', 'alone', 'before'] as const)
        delete prune[view]
      prune.runs--
      return goTo(prune.runs > 0 ? 'register' : 'ended')
  }
}

function advance({ store }: World, mark: Mark, writers: string[]): Mark {
  if (mark.before === null) {
    return { ...mark, before: added(writers, ...Object.keys(store.roots)), waiting: writers }
  }
  return { ...mark, waiting: mark.waiting.filter((id) => store.writers.includes(id)) }
}
