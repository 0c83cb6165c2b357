import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Repository, Snapshot } from '@dbsnap/core'
import { BAD_RELEASE } from './bad-release.ts'
import type { DemoShop } from './demo-engine.ts'
import { type DemoStory, showBytes, showCount } from './demo-story.ts'

/** What every chapter of the story works with. */
export interface DemoScene {
  readonly story: DemoStory
  readonly write: (text: string) => void
  readonly repository: Repository
  /** The folder the repository lies in, for measuring what it grows by. */
  readonly repositoryFolder: string
  readonly shop: DemoShop
  readonly signal: AbortSignal | undefined
}

/** Differences that a diff reported. */
export interface DiffOutcome {
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly schema: number
}

/** Changed records shown per collection; the rest is only counted. */
const SHOWN_PER_COLLECTION = 4

/** Takes a snapshot of the shop and tells its size. Resolves to it and to what the repository grew by, in bytes. */
export async function takeChapter(scene: DemoScene, tag: string): Promise<{ snapshot: Snapshot; grownBytes: number }> {
  const sizeBefore = await folderBytes(scene.repositoryFolder)
  const snapshot = await scene.repository.take(scene.shop.database(), { tags: { moment: tag }, ...given(scene.signal) })
  const grownBytes = (await folderBytes(scene.repositoryFolder)) - sizeBefore
  const read = `${showCount(snapshot.records)} records, ${showBytes(snapshot.bytes)}`
  scene.write(
    scene.story.good(`snapshot ${snapshot.id.slice(0, 8)}: ${read}, stored encrypted in ${showBytes(grownBytes)}`),
  )
  return { snapshot, grownBytes }
}

/** Compares a snapshot with the live database and shows the first changes of every collection. */
export async function diffChapter(scene: DemoScene, before: Snapshot): Promise<DiffOutcome> {
  const { story, write } = scene
  const shown = new Map<string, number>()
  let schema = 0
  let totals = { added: 0, removed: 0, changed: 0 }
  for await (const change of scene.repository.diff(before, scene.shop.database(), given(scene.signal))) {
    if (change.type === 'schema') {
      schema += 1
      write(story.schemaChange(change.kind, change.object, change.name))
    } else if (change.type === 'summary') {
      totals = change.collections.reduce(addUp, totals)
      for (const { name, added, removed, changed } of change.collections) {
        const hidden = added + removed + changed - Math.min(SHOWN_PER_COLLECTION, shown.get(name) ?? 0)
        if (hidden > 0) write(story.line(`… and ${showCount(hidden)} more in ${name}`))
      }
    } else {
      const count = (shown.get(change.collection) ?? 0) + 1
      shown.set(change.collection, count)
      if (count <= SHOWN_PER_COLLECTION) {
        write(story.change({ ...change, kind: change.kind === 'reordered' ? 'changed' : change.kind }))
      }
    }
  }
  return { ...totals, schema }
}

/** Tells what the bad release did, as nobody noticed it. */
export function badReleaseChapter({ story, write }: DemoScene): void {
  write(story.bad(`a price import reads cents as euros, for ${BAD_RELEASE.pricesChanged} products`))
  write(story.bad(`a migration drops the index ${BAD_RELEASE.indexDropped}`))
  write(story.bad(`a clean-up job deletes order ${BAD_RELEASE.orderDeleted}, and its lines with it`))
}

/** Shows the plan of a restore with its exact counts, then carries it out. */
export async function restoreChapter(scene: DemoScene, before: Snapshot): Promise<void> {
  const { story, write } = scene
  const plan = await scene.repository.plan(before, scene.shop.database(), { mode: 'overwrite', ...given(scene.signal) })
  for (const { name, added, removed, changed } of plan.collections) {
    if (added + removed + changed > 0)
      write(story.line(`plan: ${name}: ${added} to insert, ${removed} to remove, ${changed} to put back`))
  }
  for (const step of plan.steps) write(story.line(`plan: ${step.description}`))
  await scene.repository.apply(plan, given(scene.signal))
  const how = plan.atomic ? 'in one transaction' : 'step by step (its schema has no transactions here)'
  write(story.good(`restored ${how}, after a safety snapshot, proven by a diff`))
}

function addUp(sum: Counts, one: Counts): Counts {
  return { added: sum.added + one.added, removed: sum.removed + one.removed, changed: sum.changed + one.changed }
}

interface Counts {
  readonly added: number
  readonly removed: number
  readonly changed: number
}

/** Options of the SDK are absent or set, never undefined. */
function given(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

async function folderBytes(path: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
