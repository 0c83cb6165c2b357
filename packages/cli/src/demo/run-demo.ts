import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { folder, Repository } from '@dbsnap/core'
import { loadEngine } from './choose-engine.ts'
import {
  badReleaseChapter,
  type DemoScene,
  type DiffOutcome,
  diffChapter,
  restoreChapter,
  takeChapter,
} from './demo-chapters.ts'
import type { DemoEngineName, ShopDescription } from './demo-engine.ts'
import { demoStory, showBytes, showCount } from './demo-story.ts'
import type { Variables } from './servers/find-program.ts'
import { temporaryFolder } from './servers/server-user.ts'

export interface DemoOptions {
  /** Receives the story piece by piece, whole lines at a time. */
  readonly write: (text: string) => void
  readonly colours: boolean
  /** Default `postgres`, which needs no network and nothing on the machine. */
  readonly engine?: DemoEngineName
  /** A server that runs already, whose user may create databases. Default: one of our own is started. */
  readonly url?: string | undefined
  /** Where programs are looked for. Default: the environment of this process. */
  readonly variables?: Variables
  /** Size of the shop. Default 1: 200 000 records. */
  readonly scale?: number
  /** Ends the demo; everything is cleaned up. */
  readonly signal?: AbortSignal
}

/** What the demo saw, for whoever checks the story. */
export interface DemoOutcome {
  readonly firstDiff: DiffOutcome
  readonly lastDiff: DiffOutcome
  /** What the repository grew by with the first and with the second snapshot, in bytes. */
  readonly firstBytes: number
  readonly secondBytes: number
}

/**
 * Tells what DBSnap is for, on a real server with a shop in it: take, break, diff, restore, prove. Everything is done through the
 * public SDK. Takes some ten seconds and leaves nothing behind: a server of our own goes, of a server that was named the shop's
 * database. Throws UNSUPPORTED_RUNTIME, with what to install, where this machine has no server.
 */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const { write, signal, url, variables = process.env } = options
  const engine = await loadEngine(options.engine ?? 'postgres')
  const story = demoStory({ colours: options.colours })
  const say = (text: string): void => write(story.line(text))
  write(story.title('DBSnap in one minute: a shop, a bad release, and the way back'))
  const user = url === undefined ? await engine.serverUser() : undefined
  const home = await mkdtemp(join(await temporaryFolder(user), 'dbsnap-demo-'))
  try {
    if (user) await chmod(home, 0o711) // the server's user passes through; it can list nothing
    write(story.chapter(1, `A small shop runs on ${engine.title}`))
    const server =
      url === undefined
        ? await engine.startServer(home, user, { variables, say, signal })
        : { url, stop: async () => {} }
    try {
      const shop = await engine.openShop(server.url, variables)
      try {
        signal?.throwIfAborted()
        await shop.fill(options.scale ?? 1)
        describeShop(await shop.describe(), say)
        const repositoryFolder = join(home, 'snapshots')
        const repository = await Repository.create(folder(repositoryFolder), { passphrase: 'gone in a minute' })
        try {
          return await tell({ story, write, repository, repositoryFolder, shop, signal })
        } finally {
          await repository.close()
        }
      } finally {
        await shop.close()
      }
    } finally {
      await server.stop()
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function tell(scene: DemoScene): Promise<DemoOutcome> {
  const { story, write, shop } = scene
  write(story.chapter(2, 'Take a snapshot of it', 'dbsnap take <url>'))
  const first = await takeChapter(scene, 'before the release')

  write(story.chapter(3, 'A bad release goes out, and nobody notices'))
  await shop.deployBadRelease()
  badReleaseChapter(scene)

  write(story.chapter(4, 'What changed since the snapshot?', `dbsnap diff ${first.snapshot.id.slice(0, 8)} <url>`))
  const firstDiff = await diffChapter(scene, first.snapshot)

  write(story.chapter(5, 'Keep the evidence: a second snapshot costs what changed', 'dbsnap take <url>'))
  const second = await takeChapter(scene, 'after the release')

  const restore = `dbsnap restore ${first.snapshot.id.slice(0, 8)} --to <url> --mode overwrite`
  write(story.chapter(6, 'Put it back, but only what differs', restore))
  await restoreChapter(scene, first.snapshot)

  write(story.chapter(7, 'Is it back?', `dbsnap diff ${first.snapshot.id.slice(0, 8)} <url>`))
  const lastDiff = await diffChapter(scene, first.snapshot)
  const left = lastDiff.added + lastDiff.removed + lastDiff.changed + lastDiff.schema
  write(left === 0 ? story.good('no difference') : story.bad(`${showCount(left)} differences are left`))

  write(story.title('What it cost'))
  write(
    story.line(`the first snapshot of ${showCount(first.snapshot.records)} records: ${showBytes(first.grownBytes)}`),
  )
  const share = ((100 * second.grownBytes) / first.grownBytes).toFixed(2)
  write(story.line(`the second, with everything the release changed: ${showBytes(second.grownBytes)} (${share} %)`))
  return { firstDiff, lastDiff, firstBytes: first.grownBytes, secondBytes: second.grownBytes }
}

function describeShop({ server, noun, collections }: ShopDescription, say: (text: string) => void): void {
  const total = collections.reduce((sum, { records }) => sum + records, 0)
  say(`${server}, ${collections.length} ${noun}, ${showCount(total)} records:`)
  say(collections.map(({ name, records }) => `${name} ${showCount(records)}`).join(' · '))
}
