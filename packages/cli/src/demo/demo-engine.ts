import type { DatabaseTarget } from '@dbsnap/core'
import type { Variables } from './servers/find-program.ts'
import type { OwnServer, Surroundings } from './servers/own-server.ts'
import type { ServerUser } from './servers/server-user.ts'

/** The engines that the story can be told on. */
export const DEMO_ENGINES = ['postgres', 'mysql', 'mongodb'] as const

export type DemoEngineName = (typeof DEMO_ENGINES)[number]

/** What differs from engine to engine; the story itself is one. */
export interface DemoEngine {
  /** As people write it. */
  readonly title: string
  /** Records that the bad release takes away: where the lines of an order are records, they go with it. */
  readonly removedByBadRelease: number
  /** The operating system's user that a server of our own runs as; undefined: as we do. */
  serverUser(): Promise<ServerUser | undefined>
  /** Starts a server of our own, its data below `folder`. Throws UNSUPPORTED_RUNTIME, with what to install, where none can be had. */
  startServer(folder: string, user: ServerUser | undefined, surroundings: Surroundings): Promise<OwnServer>
  /** Makes a database of a new name on a server, whose user may do so. The shop is closed by the caller. */
  openShop(serverUrl: string, variables: Variables): Promise<DemoShop>
}

/** The shop's database, for as long as the story lasts. */
export interface DemoShop {
  /** As a source and as a target. */
  database(): DatabaseTarget
  /** Makes schema and records; the database is empty. */
  fill(scale: number): Promise<void>
  describe(): Promise<ShopDescription>
  /** Does what `badReleaseChapter` tells. */
  deployBadRelease(): Promise<void>
  /** Drops the database, and nothing else of the server. */
  close(): Promise<void>
}

export interface ShopDescription {
  /** Product and version: `MariaDB 10.11.14`. */
  readonly server: string
  readonly noun: 'tables' | 'collections'
  readonly collections: readonly { readonly name: string; readonly records: number }[]
}
