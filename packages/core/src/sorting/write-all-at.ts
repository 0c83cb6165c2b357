/** What is needed of a file; a `FileHandle` is one. */
export interface PositionedFile {
  /** May take fewer bytes than it was given. */
  writev(parts: readonly Buffer[], position: number): Promise<{ readonly bytesWritten: number }>
}

/** Writes `parts` one after the other from `position` on, however few bytes the system takes at a time. */
export async function writeAllAt(file: PositionedFile, parts: readonly Buffer[], position: number): Promise<void> {
  let at = position
  for (let rest = parts.filter((part) => part.length > 0); rest.length > 0; ) {
    const { bytesWritten } = await file.writev(rest, at)
    at += bytesWritten
    rest = restOf(rest, bytesWritten)
  }
}

/** What is left of `parts` after `written` bytes. */
function restOf(parts: readonly Buffer[], written: number): Buffer[] {
  let skip = written
  return parts.flatMap((part) => {
    const skipped = Math.min(skip, part.length)
    skip -= skipped
    return skipped < part.length ? [part.subarray(skipped)] : []
  })
}
