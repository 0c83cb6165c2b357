import type { ObjectStore } from '@dbsnap/core'
import { type ChildProcess, startChild } from './child-process.ts'
import { openSafetyRepository } from './safety-repository.ts'
import { TORTURE_LEASE, type TortureEvent, type TortureOrder } from './torture-order.ts'

/** Takes between two disturbances: else everybody waits for the dead all the time. */
const TAKES_BETWEEN = 5
/** A root that says its name is closed has this size. */
export const TOMBSTONE_BYTES = 8

/** A process, and the next one in its place. */
interface Actor {
  readonly name: string
  readonly does: 'takes' | 'prunes'
  child: ChildProcess
  /** Id of its registration when it was suspended. */
  suspended?: string
  /** Whether its next word is the first after it was resumed. */
  isResumed: boolean
}

type Disturbance = 'kill' | 'suspend'

/** The processes of the torture: starts them, counts what they say, kills and suspends them one after the other. */
export class DisturbedChildren {
  readonly failures: string[] = []
  /** Names under which nothing may be published. */
  readonly closed: string[] = []
  readonly counts = {
    takes: 0,
    refused: 0,
    prunes: 0,
    deleting: 0,
    sparing: 0,
    forgottenParents: 0,
    killed: { takes: 0, prunes: 0 },
    resumed: { takes: 0, prunes: 0 },
    resumedRefused: { takes: 0, prunes: 0 },
  }
  readonly #path: string
  readonly #store: ObjectStore
  readonly #onEvent: ((name: string, event: TortureEvent) => void) | undefined
  readonly #actors: Actor[] = []
  /** What comes next. */
  readonly #plan: [Actor, Disturbance][] = []
  #seed = 1
  #takes = 0
  #ends = false
  #disturbing: Promise<void> | undefined

  constructor(path: string, store: ObjectStore, onEvent?: (name: string, event: TortureEvent) => void) {
    this.#path = path
    this.#store = store
    this.#onEvent = onEvent
  }

  /** Resolves when all have ended, after `end`. */
  async run(end: AbortSignal): Promise<void> {
    const listening = [
      this.#start('north', 'takes'),
      this.#start('south', 'takes'),
      this.#start('prune', 'prunes'),
      this.#start('other prune', 'prunes'),
    ].map((actor) => this.#listen(actor))
    const stop = (): void => {
      this.#ends = true
      for (const { child } of this.#actors) {
        child.kill('SIGTERM')
        child.kill('SIGCONT')
      }
    }
    if (end.aborted) stop()
    end.addEventListener('abort', stop, { once: true })
    await Promise.all(listening)
    await this.#disturbing
  }

  #start(name: string, does: Actor['does']): Actor {
    const actor = { name, does, child: this.#spawn(name, does), isResumed: false }
    this.#actors.push(actor)
    return actor
  }

  #spawn(name: string, does: Actor['does']): ChildProcess {
    const order: TortureOrder = { path: this.#path, name, seed: this.#seed++ }
    return startChild(does === 'takes' ? './torture-writer.ts' : './torture-pruner.ts', order)
  }

  /** Until it ends; where it was killed, starts another one in its place. */
  async #listen(actor: Actor): Promise<void> {
    for (;;) {
      const { child } = actor
      for await (const line of child.lines) this.#hear(actor, JSON.parse(line) as TortureEvent)
      const end = await child.ended
      // One that is asked to end before it can hear that is ended by it.
      const isRegular = end === 0 || end === 'SIGKILL' || (this.#ends && end === 'SIGTERM')
      if (!isRegular) this.failures.push(`${actor.name} ended with ${end}: ${child.complaint()}`)
      if (end !== 'SIGKILL' || this.#ends) return
      actor.child = this.#spawn(actor.name, actor.does)
    }
  }

  #hear(actor: Actor, event: TortureEvent): void {
    const { counts } = this
    this.#onEvent?.(actor.name, event)
    if (event.event === 'taken') {
      counts.takes++
      this.#takes++
    }
    if (event.event === 'forgot' && event.parents) counts.forgottenParents++
    if (event.event === 'lost') this.failures.push(`snapshot ${event.id} of ${actor.name}: ${event.why}`)
    if (event.event === 'failed') this.#hearFailure(actor, event.code)
    if (event.event === 'taken' || event.event === 'pruned') actor.isResumed = false
    if (event.event !== 'pruned') return
    counts.prunes++
    if (event.deleted > 0) counts.deleting++
    if (event.spared > 0) counts.sparing++
    if (this.#ends) return
    this.#disturbing ??= this.#disturb().finally(() => {
      this.#disturbing = undefined
    })
  }

  #hearFailure(actor: Actor, code: string): void {
    if (code !== 'STORE_FAILED') this.failures.push(`${actor.name} failed with ${code}`)
    this.counts.refused++
    if (actor.isResumed) this.counts.resumedRefused[actor.does]++
    actor.isResumed = false
  }

  /** Resumes whom somebody has declared dead; now and then kills or suspends somebody who is at work. */
  async #disturb(): Promise<void> {
    for (const actor of this.#actors) await this.#resumeIfDead(actor)
    if (this.#takes < TAKES_BETWEEN || this.#actors.some(({ suspended }) => suspended !== undefined)) return
    const [actor, disturbance] = this.#next()
    const repository = await openSafetyRepository(this.#store, { writerLease: TORTURE_LEASE })
    const registered = (await repository.writers()).find(({ pid }) => pid === actor.child.pid)
    if (registered === undefined || this.#ends) return
    this.#plan.shift()
    this.#takes = 0
    if (disturbance === 'kill') {
      this.counts.killed[actor.does]++
      actor.child.kill('SIGKILL')
    } else {
      actor.suspended = registered.id
      actor.child.kill('SIGSTOP')
    }
  }

  #next(): [Actor, Disturbance] {
    if (this.#plan.length === 0) {
      for (const disturbance of ['kill', 'suspend'] as const)
        for (const actor of this.#actors) this.#plan.push([actor, disturbance])
    }
    return this.#plan[0] as [Actor, Disturbance]
  }

  async #resumeIfDead(actor: Actor): Promise<void> {
    const id = actor.suspended
    if (id === undefined || (await this.#store.stat(`writers/${id}`)) !== undefined) return
    // Else it had ended before it was suspended.
    const isClosed = (await this.#store.stat(`snapshots/${id}`))?.size === TOMBSTONE_BYTES
    if (isClosed) {
      this.counts.resumed[actor.does]++
      this.closed.push(id)
    }
    actor.isResumed = isClosed
    delete actor.suspended
    actor.child.kill('SIGCONT')
  }
}
