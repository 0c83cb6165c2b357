/** What the folder store needs of an open file; a `FileHandle` of `node:fs/promises` has it. */
export interface FolderFile {
  writev(buffers: readonly Uint8Array[]): Promise<{ readonly bytesWritten: number }>
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>
  stat(): Promise<FolderFileFacts>
  sync(): Promise<void>
  close(): Promise<void>
}

/** What the folder store needs to know of a file; the `Stats` of `node:fs` have it. */
export interface FolderFileFacts {
  readonly size: number
  readonly mtime: Date
  isFile(): boolean
  isDirectory(): boolean
}

/**
 * The calls of `node:fs/promises` that the folder store makes, and no other: so that tests can put a file system under
 * it that forgets what was not synced, or that fails. Folders are opened with `r` to be synced.
 */
export interface FolderFileSystem {
  open(path: string, flags: 'r' | 'wx'): Promise<FolderFile>
  mkdir(path: string): Promise<unknown>
  rename(from: string, to: string): Promise<void>
  link(existing: string, path: string): Promise<void>
  unlink(path: string): Promise<void>
  stat(path: string): Promise<FolderFileFacts>
  readdir(path: string): Promise<string[]>
}

/** The system's word for a failure (`ENOENT`), or undefined where it is none. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
