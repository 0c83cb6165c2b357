import { AmbiguousSnapshotError } from '../errors/ambiguous-snapshot-error.ts'
import { UnknownSnapshotError } from '../errors/unknown-snapshot-error.ts'
import type { SnapshotSummary } from '../format/snapshot-manifest.ts'

const LATEST = /^(?:(?<label>.+):)?latest(?:~(?<back>\d{1,9}))?$/
const PREFIX = /^[0-9a-f]{1,32}$/

/**
 * The snapshot that `name` stands for: an id, a unique prefix of one, `latest`, `latest~2` (the third newest),
 * `<label>:latest` or `<label>:latest~2` of one source. `snapshots` come newest first.
 */
export function resolveSnapshotName(name: string, snapshots: readonly SnapshotSummary[]): SnapshotSummary {
  const latest = LATEST.exec(name)?.groups
  if (latest !== undefined) {
    const { label, back } = latest
    const ofSource = label === undefined ? snapshots : snapshots.filter((snapshot) => snapshot.source.label === label)
    return ofSource[Number(back ?? 0)] ?? unknown(name, ofSource.length)
  }
  const found = PREFIX.test(name) ? snapshots.filter((snapshot) => snapshot.id.startsWith(name)) : []
  if (found.length > 1) {
    const candidates = found.map(({ id, time, source }) => ({ id, time, label: source.label }))
    throw new AmbiguousSnapshotError(`${found.length} snapshots begin with ${name}`, {
      hint: 'Give more digits of the id.',
      data: { candidates: candidates.slice(0, 20) },
    })
  }
  return found[0] ?? unknown(name, snapshots.length)
}

function unknown(name: string, count: number): never {
  throw new UnknownSnapshotError(`no snapshot is named ${name}`, {
    hint: count === 0 ? 'There is none yet: take one first.' : 'Run `dbsnap list` to see them all.',
    data: { name },
  })
}
