import { DamagedError } from '../errors/damaged-error.ts'
import { NewerFormatError } from '../errors/newer-format-error.ts'

/** The one format this code writes, and the newest it reads. `docs/format/version-history.md`. */
export const FORMAT_VERSION = 1

/** Throws `NewerFormatError` where `version` is beyond what this code knows. */
export function requireKnownVersion(version: number, what: string): void {
  if (version > FORMAT_VERSION) {
    throw new NewerFormatError(`${what} has format version ${version}; this DBSnap knows ${FORMAT_VERSION}`, {
      hint: 'Update DBSnap, then try again. Nothing was changed.',
      data: { found: version, known: FORMAT_VERSION },
    })
  }
}

/** The first 8 bytes of every binary file: four letters, the format version, three zeros. */
export const FILE_HEADER_BYTES = 8

export type FileMagic = 'DBSP' | 'DBSI' | 'DBSM' | 'DBSC' | 'DBSX' | 'DBSH' | 'DBSD' | 'DBSW' | 'DBST'

export function encodeFileHeader(magic: FileMagic): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES)
  header.write(magic, 0, 'latin1')
  header[4] = FORMAT_VERSION
  return header
}

/** Throws `NewerFormatError` or `DamagedError` unless `bytes` begin with a header of this kind. */
export function requireFileHeader(bytes: Buffer, magic: FileMagic, what: string): void {
  const newer = bytes.length >= FILE_HEADER_BYTES && bytes.toString('latin1', 0, 4) === magic
  if (newer) requireKnownVersion(bytes[4] as number, what)
  if (!bytes.subarray(0, FILE_HEADER_BYTES).equals(encodeFileHeader(magic))) {
    throw damaged(`${what} is damaged: it does not begin as it should`)
  }
}

/** A `DamagedError` with the usual advice. */
export function damaged(message: string): DamagedError {
  return new DamagedError(message, {
    hint: 'Run `dbsnap check` to learn which snapshots are affected; the next take stores what it can again.',
  })
}
