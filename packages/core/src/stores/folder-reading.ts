import { DamagedError } from '../errors/damaged-error.ts'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { ByteRange } from '../ports/object-store.ts'
import type { FolderFile } from './folder-file-system.ts'

/** Bytes asked of the system in one call: a read that is cancelled ends after one of them. */
const BYTES_PER_CALL = 8 * 1024 * 1024

/** Reads the whole file, or exactly `range` of it. `what` names the file in errors. */
export async function readFrom(
  file: FolderFile,
  range: ByteRange | undefined,
  what: string,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const { offset, length } = range ?? { offset: 0, length: (await file.stat()).size }
  if (offset < 0 || length < 0) throw tooShort(what, offset, length)
  const buffer = Buffer.allocUnsafeSlow(length)
  for (let filled = 0; filled < length; ) {
    throwIfInterrupted(signal, `reading ${what}`)
    const room = Math.min(length - filled, BYTES_PER_CALL)
    const { bytesRead } = await file.read(buffer, filled, room, offset + filled)
    if (bytesRead === 0) throw tooShort(what, offset, length)
    filled += bytesRead
  }
  return buffer
}

function tooShort(what: string, offset: number, length: number): DamagedError {
  return new DamagedError(`${what} is shorter than expected`, {
    hint: 'Run `dbsnap check` to learn which snapshots are affected.',
    data: { offset, length },
  })
}
