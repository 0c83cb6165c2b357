import { UnsupportedServerError } from '@dbsnap/core/errors'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import type { Document } from '../mongodb-client.ts'

/** What of a server decides how it is read and written. */
export interface ServerFacts {
  readonly version: string
  /** Major and minor: `[6, 0]`. */
  readonly release: readonly [number, number]
  readonly topology: 'standalone' | 'replica-set' | 'sharded'
  /** Whether reads of all collections can be of one moment. */
  readonly hasSnapshots: boolean
  /** Whether several documents can be written at once. */
  readonly hasTransactions: boolean
}

/** The oldest release that is read. */
const OLDEST: readonly [number, number] = [4, 4]
/** The first with snapshot reads outside of transactions. */
const WITH_SNAPSHOTS: readonly [number, number] = [5, 0]

/** Asks a server what it is. Refuses one that is too old by name. */
export async function serverFacts(connection: MongoConnection): Promise<ServerFacts> {
  const doing = 'ask the server for its version'
  const [hello, build] = await Promise.all([
    connection.run({ hello: 1 }, { doing, database: 'admin' }),
    connection.run({ buildInfo: 1 }, { doing, database: 'admin' }),
  ])
  const version = String(build.version)
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const release = [major, minor] as const
  if (!isAtLeast(release, OLDEST)) {
    throw new UnsupportedServerError(`${connection.label} is MongoDB ${version}`, {
      hint: `MongoDB ${OLDEST.join('.')} or later is needed.`,
      data: { version },
    })
  }
  const topology = topologyOf(hello)
  const isAlone = topology === 'standalone'
  return {
    version,
    release,
    topology,
    hasSnapshots: !isAlone && isAtLeast(release, WITH_SNAPSHOTS),
    hasTransactions: !isAlone,
  }
}

function topologyOf({ setName, msg }: Document): ServerFacts['topology'] {
  if (msg === 'isdbgrid') return 'sharded'
  return setName === undefined ? 'standalone' : 'replica-set'
}

/** Whether a release is another or a later one. */
export function isAtLeast(release: readonly [number, number], other: readonly [number, number]): boolean {
  return release[0] > other[0] || (release[0] === other[0] && release[1] >= other[1])
}
