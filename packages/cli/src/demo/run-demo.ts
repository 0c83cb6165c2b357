import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { folder, Repository } from '@dbsnap/core'
import pg from 'pg'
import { deployBadRelease } from './bad-release.ts'
import {
  badReleaseChapter,
  type DemoScene,
  type DiffOutcome,
  diffChapter,
  restoreChapter,
  takeChapter,
} from './demo-chapters.ts'
import { demoStory, showBytes, showCount } from './demo-story.ts'
import { startEmbeddedServer } from './embedded-server.ts'
import { serverUser, temporaryFolder } from './server-user.ts'
import { createShop } from './shop-database.ts'

export interface DemoOptions {
  /** Receives the story piece by piece, whole lines at a time. */
  readonly write: (text: string) => void
  readonly colours: boolean
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
 * Tells what DBSnap is for, on a real PostgreSQL of its own with a shop in it: take, break, diff, restore, prove.
 * Everything is done through the public SDK. Takes some ten seconds, needs no network and leaves nothing behind.
 * Throws UNSUPPORTED_RUNTIME where this machine cannot run the PostgreSQL it brings.
 */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const { write, signal } = options
  const story = demoStory({ colours: options.colours })
  write(story.title('DBSnap in one minute: a shop, a bad release, and the way back'))
  const user = await serverUser()
  const home = await mkdtemp(join(await temporaryFolder(user), 'dbsnap-demo-'))
  try {
    if (user) await chmod(home, 0o711) // the server's user passes through; it can list nothing
    write(story.chapter(1, 'A small shop runs on PostgreSQL'))
    const server = await startEmbeddedServer(home, user)
    try {
      return await onServer(server.url, async (client) => {
        signal?.throwIfAborted()
        await createShop(client, { scale: options.scale ?? 1 })
        await describeShop(client, (text) => write(story.line(text)))
        const repositoryFolder = join(home, 'snapshots')
        const repository = await Repository.create(folder(repositoryFolder), { passphrase: 'gone in a minute' })
        try {
          return await tell({ story, write, repository, repositoryFolder, url: server.url, signal }, client)
        } finally {
          await repository.close()
        }
      })
    } finally {
      await server.stop()
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function tell(scene: DemoScene, client: pg.Client): Promise<DemoOutcome> {
  const { story, write } = scene
  write(story.chapter(2, 'Take a snapshot of it', 'dbsnap take <url>'))
  const first = await takeChapter(scene, 'before the release')

  write(story.chapter(3, 'A bad release goes out, and nobody notices'))
  await deployBadRelease(client)
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

async function describeShop(client: pg.Client, say: (text: string) => void): Promise<void> {
  const { rows } = await client.query<{ table: string; records: number; version: string }>(
    `select relname as table, reltuples::int as records, current_setting('server_version') as version
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by reltuples desc`,
  )
  const total = rows.reduce((sum, { records }) => sum + records, 0)
  say(`PostgreSQL ${rows[0]?.version}, ${rows.length} tables, ${showCount(total)} records:`)
  say(rows.map(({ table, records }) => `${table} ${showCount(records)}`).join(' · '))
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // a lost connection also fails the statement that runs, and that is thrown
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
