import type { Rule } from './model-rules.ts'
import type { Accident, Copy, Plan, PruneState, Store, Want, World, WriterState } from './model-world.ts'

export interface Scenario {
  readonly what: string
  readonly start: World
  /** Rules without which something is lost in it. */
  readonly needs: readonly Rule[]
}

const whole = (object: string): Copy => ({ object, version: 0 })

/** A store with these packs, all listed, and one root. */
function store(packs: Record<string, readonly Copy[]>, root: readonly string[]): Store {
  return { packs, listed: Object.keys(packs).sort(), marks: {}, writers: [], closed: [], roots: { old: [...root] } }
}

function writer(id: string, ...wants: readonly Want[]): WriterState {
  return { kind: 'writer', id, wants, at: 'register' }
}

function prune(name: string, runs: number, options: { purge?: boolean; tidy?: boolean } = {}): PruneState {
  const { purge = false, tidy = false } = options
  return { kind: 'prune', name, runs, purge, tidy, at: 'register' }
}

const forget = (root: string): Accident => ({ kind: 'forget', root, done: false })
const dead = (id: string): Accident => ({ kind: 'dead', id, at: 'close' })

const X: Want = { object: 'x' }
/** A later version of x. */
const D: Want = { object: 'd', base: 'x' }

export const SCENARIOS: readonly Scenario[] = [
  {
    what: 'a writer reuses an object that is forgotten meanwhile, and may be declared dead',
    start: {
      store: store({ a: [whole('x')] }, ['x']),
      processes: [writer('w', X), prune('p', 3)],
      accidents: [forget('old'), dead('w')],
    },
    needs: [
      'registersFirst',
      'condemnedIsAbsent',
      'namesAreClosed',
      'listsAfterMark',
      'waits',
      'walksAgain',
      'namesNewRoots',
      'marksGoLast',
    ],
  },
  {
    what: 'a writer stores a delta on what is forgotten meanwhile, and may be declared dead',
    start: {
      store: store({ a: [whole('x')] }, ['x']),
      processes: [writer('w', D), prune('p', 2)],
      accidents: [forget('old'), dead('w')],
    },
    needs: [
      'registersFirst',
      'condemnedIsAbsent',
      'namesAreClosed',
      'listsAfterMark',
      'waits',
      'walksAgain',
      'followsBases',
      'marksGoLast',
    ],
  },
  {
    what: 'a writer uses what another one has stored that was declared dead',
    start: {
      store: { ...store({ a: [whole('x')] }, ['x']), writers: ['v'] },
      processes: [
        { ...writer('v', D), at: 'pack', stores: [{ object: 'd', version: 1, base: 'x' }] },
        writer('w', D),
        prune('p', 1),
      ],
      accidents: [forget('old'), dead('v')],
    },
    needs: ['readsChains'],
  },
  {
    what: 'a writer rests on the snapshot of another one that has reused what was being condemned',
    start: {
      store: {
        ...store({ a: [whole('x')] }, ['x']),
        roots: {},
        marks: { m: { packs: ['a'], before: ['v'], waiting: ['v'] } },
        writers: ['v'],
      },
      processes: [{ ...writer('v', X), at: 'publish' }, writer('w', X), prune('p', 2)],
      accidents: [forget('v')],
    },
    needs: ['asksWhomItRestsOn'],
  },
  {
    what: 'a purge beside writers',
    start: {
      store: store({ a: [whole('x')] }, ['x']),
      processes: [writer('v', D), writer('w'), prune('p', 3, { purge: true })],
      accidents: [forget('old')],
    },
    needs: ['purgeFollowsWaiting'],
  },
  {
    what: 'two prunes at once, of a pack that is condemned and needed again, and a writer',
    start: {
      store: { ...store({ a: [whole('x')] }, ['x']), marks: { m: { packs: ['a'], before: ['old'], waiting: [] } } },
      processes: [writer('w', X), prune('p', 1), prune('q', 1)],
      accidents: [forget('old')],
    },
    needs: ['condemnedGo'],
  },
  {
    what: 'two copies, both condemned, of which one is waited for',
    start: {
      store: {
        ...store({ a: [whole('x')], b: [whole('x')] }, ['x']),
        marks: {
          m: { packs: ['a'], before: ['u'], waiting: ['u'] },
          n: { packs: ['b'], before: ['old'], waiting: [] },
        },
        writers: ['u'],
      },
      processes: [{ ...writer('u'), at: 'end' }, writer('w', X), prune('p', 2)],
      accidents: [forget('old')],
    },
    needs: ['lastCopiesStay'],
  },
  {
    what: 'a prune that is about to mark the second copy of an object, when another one has marked the first',
    start: {
      store: {
        ...store({ a: [whole('x')], b: [whole('x')] }, ['x']),
        marks: { p1: { packs: ['a'], before: ['q2'], waiting: ['q2'] } },
        writers: ['q2'],
      },
      processes: [writer('w', X), marking('q', 2, 'b')],
      accidents: [forget('old')],
    },
    needs: ['knowsOtherMarks'],
  },
  {
    what: 'two prunes that are about to mark the two copies of an object, of which one may be declared dead',
    start: {
      store: { ...store({ a: [whole('x')], b: [whole('x')] }, ['x']), writers: ['p1', 'q2'] },
      processes: [marking('p', 1, 'a'), marking('q', 2, 'b')],
      accidents: [dead('p1')],
    },
    needs: ['pruneIsWriter'],
  },
]

/** A prune that has seen two copies of `x` and decided for the other one. */
function marking(name: string, runs: number, pack: string): PruneState {
  const plan: Plan = {
    moved: [],
    fresh: [pack],
    deleted: [],
    due: {},
    freshDeletable: [pack],
    missing: [],
    patient: false,
  }
  return { ...prune(name, runs), at: 'mark', plan, roots: { old: ['x'] }, known: {} }
}
