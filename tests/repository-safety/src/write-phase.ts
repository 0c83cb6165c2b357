import type { FolderFile, FolderFileSystem } from '@dbsnap/core'

/** What of a repository is being written, told by the folder that the file lies in. */
export type WritePhase = 'packs' | 'index' | 'manifest'

export const WRITE_PHASES: readonly WritePhase[] = ['packs', 'index', 'manifest']

/** Steps of a durable write, in their order. `half` is when half of the content has been written. */
export const WRITE_STEPS = ['created', 'half', 'written', 'synced', 'named', 'durable'] as const

export type WriteStep = (typeof WRITE_STEPS)[number]

/** Called when a step of a write is done; `write` counts the writes of the phase from 1. May never return. */
export type WriteStepListener = (phase: WritePhase, write: number, step: WriteStep) => void

const FOLDERS: readonly (readonly [RegExp, WritePhase])[] = [
  [/\/packs\//, 'packs'],
  [/\/index\//, 'index'],
  [/\/snapshots\//, 'manifest'],
]

/** The file system under a folder store, with its steps told as they are done. */
export function announcingFileSystem(fileSystem: FolderFileSystem, onStep: WriteStepListener): FolderFileSystem {
  const writes: Record<WritePhase, number> = { packs: 0, index: 0, manifest: 0 }
  /** The write that a temporary file belongs to, and, once it is named, its folder. */
  const underWay = new Map<string, { readonly phase: WritePhase; readonly write: number }>()
  const told = (path: string, step: WriteStep): void => {
    const write = underWay.get(path)
    if (write !== undefined) onStep(write.phase, write.write, step)
  }
  const named = (from: string, to: string): void => {
    const write = underWay.get(from)
    if (write === undefined) return
    underWay.delete(from)
    underWay.set(to.slice(0, to.lastIndexOf('/')), write)
    onStep(write.phase, write.write, 'named')
  }
  return {
    ...fileSystem,
    async open(path, flags) {
      const phase = FOLDERS.find(([folder]) => folder.test(path))?.[1]
      if (flags === 'wx' && phase !== undefined) underWay.set(path, { phase, write: ++writes[phase] })
      const file = await fileSystem.open(path, flags)
      if (flags === 'wx') told(path, 'created')
      return announcingFile(file, {
        half: () => told(path, 'half'),
        written: () => told(path, 'written'),
        synced: () => told(path, flags === 'wx' ? 'synced' : 'durable'),
      })
    },
    async rename(from, to) {
      await fileSystem.rename(from, to)
      named(from, to)
    },
    async link(existing, path) {
      await fileSystem.link(existing, path)
      named(existing, path)
    },
  }
}

function announcingFile(
  file: FolderFile,
  tell: { readonly half: () => void; readonly written: () => void; readonly synced: () => void },
): FolderFile {
  return {
    async writev(buffers) {
      const [first, second] = halves(buffers)
      const begun = await file.writev(first)
      tell.half()
      if (begun.bytesWritten < bytesOf(first)) return begun
      const { bytesWritten } = await file.writev(second)
      tell.written()
      return { bytesWritten: begun.bytesWritten + bytesWritten }
    },
    read: (buffer, offset, length, position) => file.read(buffer, offset, length, position),
    stat: () => file.stat(),
    async sync() {
      await file.sync()
      tell.synced()
    },
    close: () => file.close(),
  }
}

function halves(buffers: readonly Uint8Array[]): [Uint8Array[], Uint8Array[]] {
  const whole = Buffer.concat(buffers)
  const half = Math.ceil(whole.length / 2)
  return [[whole.subarray(0, half)], [whole.subarray(half)]]
}

function bytesOf(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((bytes, buffer) => bytes + buffer.length, 0)
}
