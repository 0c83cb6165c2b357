import type { DatabaseTarget } from '@dbsnap/core/ports'
import type { DatabaseSourceFixture } from '../database-source/database-source-fixture.ts'

/** A source's fixture, and a second database of the same engine, empty, to restore into. */
export interface DatabaseTargetFixture extends DatabaseSourceFixture {
  readonly target: DatabaseTarget
  /** Connections that the target holds at the server right now. */
  openTargetConnections(): Promise<number>
}
