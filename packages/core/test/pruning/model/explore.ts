import { idOf, stepPrune } from './model-prune.ts'
import { RULES, type Rule } from './model-rules.ts'
import { isReadable, type PruneState, type Rules, type Store, type World, without } from './model-world.ts'
import { stepWriter } from './model-writer.ts'

export interface Exploration {
  readonly worlds: number
  /** The shortest way to a loss, step by step; undefined where there is none. */
  readonly loss?: readonly string[]
  /** A way to garbage that prunes leave for good. */
  readonly garbage?: readonly string[]
}

const ALL: Rules = Object.fromEntries(Object.keys(RULES).map((rule) => [rule, true])) as Rules

/** Every order of all steps, breadth first. `broken`: rules that do not hold. */
export function explore(start: World, broken: readonly Rule[] = [], limit = 2_000_000): Exploration {
  const rules: Rules = { ...ALL, ...Object.fromEntries(broken.map((rule) => [rule, false])) }
  const prunes = start.processes.flatMap((state) => (state.kind === 'prune' ? [idOf(state)] : []))
  const writers = rules.pruneIsWriter ? start.store.writers : without(start.store.writers, prunes)
  const texts = [JSON.stringify({ ...start, store: { ...start.store, writers } })]
  const seen = new Set(texts)
  const from = [-1]
  const labels = ['']
  const ends = new Map<string, number>()
  const wayTo = (at: number): string[] => {
    const way: string[] = []
    for (let i = at; i > 0; i = from[i] as number) way.unshift(labels[i] as string)
    return way
  }
  for (let at = 0; at < texts.length; at++) {
    if (texts.length > limit) throw new Error(`more than ${limit} worlds`)
    const text = texts[at] as string
    texts[at] = ''
    let isEnd = true
    for (const { label, world } of successors(text, rules)) {
      isEnd = false
      const next = JSON.stringify(world)
      if (seen.has(next)) continue
      seen.add(next)
      texts.push(next)
      from.push(at)
      labels.push(label)
      if (isLost(world.store)) return { worlds: texts.length, loss: wayTo(texts.length - 1) }
    }
    if (isEnd) ends.set(JSON.stringify((JSON.parse(text) as World).store), at)
  }
  if (broken.length === 0) {
    for (const [store, at] of ends)
      if (leavesGarbage(JSON.parse(store))) return { worlds: texts.length, garbage: wayTo(at) }
  }
  return { worlds: texts.length }
}

/** Steps replace what they change of the store, so that worlds share the rest. */
function copyOf({ store, processes, accidents }: World, process?: number): World {
  return {
    store: { ...store },
    processes: processes.map((state, i) => (i === process ? { ...state } : state)),
    accidents: [...accidents],
  }
}

function* successors(text: string, rules: Rules): Generator<{ label: string; world: World }> {
  const present: World = JSON.parse(text)
  const { processes, accidents, store } = present
  for (const [i, process] of processes.entries()) {
    if (process.at === 'ended') continue
    const label = `${process.kind === 'writer' ? process.id : idOf(process)}: ${process.at}`
    if (process.kind === 'writer') {
      const parents = process.at === 'decide' ? [undefined, ...Object.keys(store.roots)] : [undefined]
      for (const parent of parents) {
        const world = copyOf(present, i)
        stepWriter(world, world.processes[i] as typeof process, rules, parent)
        yield { label: parent === undefined ? label : `${label} on ${parent}`, world }
      }
    } else {
      for (const patient of process.at === 'packs' ? [false, true] : [false]) {
        const world = copyOf(present, i)
        stepPrune(world, world.processes[i] as PruneState, rules, patient)
        yield { label: patient ? `${label}, patient` : label, world }
      }
    }
  }
  for (const [i, accident] of accidents.entries()) {
    const world = copyOf(present)
    if (accident.kind === 'forget') {
      if (accident.done || store.roots[accident.root] === undefined) continue
      const { [accident.root]: _, ...roots } = store.roots
      world.store.roots = roots
      world.accidents[i] = { ...accident, done: true }
      yield { label: `forget ${accident.root}`, world }
    } else {
      if (accident.at === 'done' || (accident.at === 'close' && !store.writers.includes(accident.id))) continue
      const { id } = accident
      if (accident.at === 'close') {
        if (store.roots[id] === undefined) world.store.closed = [...store.closed, id].sort()
      } else world.store.writers = without(store.writers, [id])
      world.accidents[i] = { ...accident, at: accident.at === 'close' ? 'remove' : 'done' }
      yield { label: `${id} is declared dead: ${accident.at}`, world }
    }
  }
}

/** Whether a root names something that cannot be read any more. */
function isLost(store: Store): boolean {
  const packs = store.listed.filter((pack) => store.packs[pack] !== undefined)
  return Object.values(store.roots).some((objects) => objects.some((object) => !isReadable(store, packs, object)))
}

/** Whether three prunes, one after the other with nobody else at work, leave what nothing needs. */
function leavesGarbage(store: Store): boolean {
  const prune: PruneState = { kind: 'prune', name: 'last', runs: 3, purge: false, tidy: true, at: 'register' }
  const world: World = { store: { ...store, writers: [] }, processes: [prune], accidents: [] }
  while (prune.at !== 'ended') stepPrune(world, prune, ALL, false)
  const { packs, marks, listed, roots } = world.store
  const objects = new Set(Object.values(packs).flatMap((copies) => copies.map(({ object }) => object)))
  const needed = new Set<string>()
  const need = (object: string): void => {
    needed.add(object)
    for (const { object: other, base } of Object.values(packs).flat())
      if (other === object && base !== undefined) need(base)
  }
  for (const object of Object.values(roots).flat()) need(object)
  const isTidy = Object.keys(marks).length === 0 && listed.join() === Object.keys(packs).sort().join()
  return !isTidy || [...objects].some((object) => !needed.has(object)) || isLost(world.store)
}
