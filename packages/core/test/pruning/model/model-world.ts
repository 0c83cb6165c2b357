import type { Rule } from './model-rules.ts'

/** A copy of an object. `version` 0: whole; else a delta on `base`. */
export interface Copy {
  readonly object: string
  readonly version: number
  readonly base?: string
}

export interface Mark {
  packs: string[]
  /** null: not listed yet. */
  before: string[] | null
  waiting: string[]
}

/** What lies in the store, at one moment. Sets are sorted lists, so that equal worlds have equal text. */
export interface Store {
  packs: Record<string, readonly Copy[]>
  /** Packs that the index lists. */
  listed: string[]
  marks: Record<string, Mark>
  writers: string[]
  /** Names under which nothing can be published. */
  closed: string[]
  /** Objects by root. */
  roots: Record<string, string[]>
}

/** An object that a writer wants to be stored, and what it resembles. */
export interface Want {
  readonly object: string
  readonly base?: string
}

export interface WriterState {
  readonly kind: 'writer'
  readonly id: string
  readonly wants: readonly Want[]
  at: 'register' | 'index' | 'marks' | 'packs' | 'decide' | 'pack' | 'list' | 'publish' | 'end' | 'ended'
  listed?: string[]
  marks?: Record<string, Mark>
  trusted?: string[]
  stores?: Copy[]
}

/** What a prune has decided. */
export interface Plan {
  readonly moved: readonly Copy[]
  readonly fresh: readonly string[]
  /** Packs to delete of marks that are due, and marks that are due, as they were read. */
  readonly deleted: readonly string[]
  readonly due: Readonly<Record<string, Mark>>
  /** If its own mark turns out to be due at once, these may be deleted too. */
  readonly freshDeletable: readonly string[]
  readonly patient: boolean
  readonly missing: readonly string[]
}

export interface PruneState {
  readonly kind: 'prune'
  readonly name: string
  /** Runs that are left, this one included. */
  runs: number
  readonly purge: boolean
  /** Moves whatever packs hold beside what is needed: `maxUnused` 0; else 1. */
  readonly tidy: boolean
  at:
    | 'register'
    | 'old'
    | 'advance'
    | 'roots'
    | 'index'
    | 'packs'
    | 'move'
    | 'list'
    | 'mark'
    | 'putMark'
    | 'alone'
    | 'before'
    | 'putBefore'
    | 'drop'
    | 'delete'
    | 'dropAgain'
    | 'end'
    | 'ended'
  old?: Record<string, Mark>
  /** Writers listed when it began: only for a mutant. */
  early?: string[]
  roots?: Record<string, string[]>
  listed?: string[]
  known?: Record<string, Mark>
  plan?: Plan
  alone?: boolean
  before?: Mark
}

/** Forgets a root, or declares a registered process dead, once, at any moment. */
export type Accident =
  | { readonly kind: 'forget'; readonly root: string; done: boolean }
  | { readonly kind: 'dead'; readonly id: string; at: 'close' | 'remove' | 'done' }

export interface World {
  store: Store
  processes: (WriterState | PruneState)[]
  accidents: Accident[]
}

/** Which rules hold. */
export type Rules = Readonly<Record<Rule, boolean>>

export function added(list: readonly string[], ...items: readonly string[]): string[] {
  return [...new Set([...list, ...items])].sort()
}

export function without(list: readonly string[], items: readonly string[]): string[] {
  return list.filter((item) => !items.includes(item))
}

/** With one entry more, sorted. */
export function entered<T>(record: Readonly<Record<string, T>>, key: string, value: T): Record<string, T> {
  const entries = [...Object.entries(record).filter(([other]) => other !== key), [key, value] as const]
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

export function packsOf(marks: Readonly<Record<string, Mark>>): string[] {
  return Object.values(marks).flatMap(({ packs }) => packs)
}

/** Whether an object can be read through these packs, by copies below a version. */
export function isReadable(store: Store, packs: readonly string[], object: string, below = 256): boolean {
  for (const pack of packs) {
    for (const copy of store.packs[pack] ?? []) {
      if (copy.object !== object || copy.version >= below) continue
      if (copy.base === undefined || isReadable(store, packs, copy.base, copy.version)) return true
    }
  }
  return false
}
