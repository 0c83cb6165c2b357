import { basename, dirname } from 'node:path'
import type { FaultSchedule } from './fault-schedule.ts'

/** What a crash does to names that were not synced: `forgets` them, or `keeps` them, as a disk may do either. */
export type CrashMode = 'forgets-names' | 'keeps-names'

interface FileNode {
  readonly kind: 'file'
  content: Buffer
  /** What is on the disk: the content as of the last sync. */
  durable: Buffer
  mtime: Date
}

interface FolderNode {
  readonly kind: 'folder'
  names: Map<string, Node>
  durable: Map<string, Node>
  mtime: Date
}

type Node = FileNode | FolderNode

/**
 * A file system in memory with a cache that a crash empties: what was not synced is gone. Contents are durable when
 * the file was synced, names (new, renamed, removed) when their folder was. It has the calls of `node:fs/promises`
 * that the folder store makes, and goes under it:
 *
 * ```ts
 * const disk = new ForgetfulFileSystem()
 * await folder('/repository', { fileSystem: disk.mount() }).put('a', [Buffer.from('bytes')])
 * disk.crash()
 * await folder('/repository', { fileSystem: disk.mount() }).get('a')
 * ```
 */
export class ForgetfulFileSystem {
  #root: FolderNode = newFolder(new Date(0))
  #generation = 0
  #ticks = 0

  /**
   * The file system as one process sees it. Every call is a step of `schedule`. After a crash its calls fail, so that
   * nothing which is still running in that process reaches the disk.
   */
  mount(schedule?: FaultSchedule): ForgetfulMount {
    const generation = this.#generation
    const step = async <T>(name: string, effect: () => T): Promise<T> => {
      const guarded = async (): Promise<T> => {
        if (generation !== this.#generation) throw systemError('EIO', name)
        return effect()
      }
      return schedule === undefined ? guarded() : schedule.step(name, guarded)
    }
    return {
      open: (path, flags) => step(`open ${path}`, () => this.#handle(this.#open(path, flags), path, step)),
      mkdir: (path) => step(`mkdir ${path}`, () => this.#add(path, newFolder(this.#now()))),
      stat: (path) => step(`stat ${path}`, () => facts(this.#node(path))),
      readdir: (path) => step(`readdir ${path}`, () => [...this.#folder(path).names.keys()]),
      link: (existing, path) => step(`link ${path}`, () => this.#add(path, this.#file(existing))),
      unlink: (path) =>
        step(`unlink ${path}`, () => {
          this.#file(path)
          this.#folder(dirname(path)).names.delete(basename(path))
        }),
      rename: (from, to) => step(`rename ${to}`, () => this.#rename(from, to)),
    }
  }

  /** The machine dies: what was not durable is gone, and every mount with it. */
  crash(mode: CrashMode = 'forgets-names'): void {
    this.#generation++
    this.#root = survivor(this.#root, mode)
  }

  /** Every file there is, by path. */
  get files(): Map<string, Buffer> {
    const files = new Map<string, Buffer>()
    const walk = (folder: FolderNode, path: string): void => {
      for (const [name, node] of folder.names) {
        if (node.kind === 'file') files.set(`${path}/${name}`, node.content)
        else walk(node, `${path}/${name}`)
      }
    }
    walk(this.#root, '')
    return files
  }

  #handle(node: Node, path: string, step: <T>(name: string, effect: () => T) => Promise<T>): ForgetfulFile {
    return {
      writev: (buffers) =>
        step(`write ${path}`, () => {
          const file = asFile(node, path)
          file.content = Buffer.concat([file.content, ...buffers])
          file.mtime = this.#now()
          return { bytesWritten: buffers.reduce((bytes, buffer) => bytes + buffer.length, 0) }
        }),
      read: (buffer, offset, length, position) =>
        step(`read ${path}`, () => ({
          bytesRead: asFile(node, path).content.copy(buffer, offset, position, position + length),
        })),
      stat: () => step(`stat ${path}`, () => facts(node)),
      sync: () =>
        step(`sync ${path}`, () => {
          if (node.kind === 'file') node.durable = Buffer.from(node.content)
          else node.durable = new Map(node.names)
        }),
      close: async () => {},
    }
  }

  #open(path: string, flags: 'r' | 'wx'): Node {
    if (flags === 'r') return this.#node(path)
    const file: FileNode = { kind: 'file', content: Buffer.alloc(0), durable: Buffer.alloc(0), mtime: this.#now() }
    this.#add(path, file)
    return file
  }

  #rename(from: string, to: string): void {
    const node = this.#file(from)
    const names = this.#folder(dirname(to)).names
    const there = names.get(basename(to))
    if (there?.kind === 'folder') throw systemError('EISDIR', to)
    // Two names of one file: POSIX leaves both.
    if (there === node) return
    names.set(basename(to), node)
    this.#folder(dirname(from)).names.delete(basename(from))
  }

  #add(path: string, node: Node): void {
    const names = this.#folder(dirname(path)).names
    if (names.has(basename(path))) throw systemError('EEXIST', path)
    names.set(basename(path), node)
  }

  #node(path: string): Node {
    let node: Node = this.#root
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (node.kind === 'file') throw systemError('ENOTDIR', path)
      const next = node.names.get(name)
      if (next === undefined) throw systemError('ENOENT', path)
      node = next
    }
    return node
  }

  #folder(path: string): FolderNode {
    const node = this.#node(path)
    if (node.kind === 'file') throw systemError('ENOTDIR', path)
    return node
  }

  #file(path: string): FileNode {
    return asFile(this.#node(path), path)
  }

  #now(): Date {
    return new Date(++this.#ticks)
  }
}

/** The file system as a process sees it until the next crash; goes under `folder`. */
export interface ForgetfulMount {
  open(path: string, flags: 'r' | 'wx'): Promise<ForgetfulFile>
  mkdir(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  link(existing: string, path: string): Promise<void>
  unlink(path: string): Promise<void>
  stat(path: string): Promise<ForgetfulFacts>
  readdir(path: string): Promise<string[]>
}

/** An open file of it. */
export interface ForgetfulFile {
  writev(buffers: readonly Uint8Array[]): Promise<{ bytesWritten: number }>
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  stat(): Promise<ForgetfulFacts>
  sync(): Promise<void>
  close(): Promise<void>
}

/** What it says of a file. */
export interface ForgetfulFacts {
  readonly size: number
  readonly mtime: Date
  isFile(): boolean
  isDirectory(): boolean
}

function newFolder(mtime: Date): FolderNode {
  return { kind: 'folder', names: new Map(), durable: new Map(), mtime }
}

function facts(node: Node): ForgetfulFacts {
  const size = node.kind === 'file' ? node.content.length : 0
  const { kind, mtime } = node
  return { size, mtime, isFile: () => kind === 'file', isDirectory: () => kind === 'folder' }
}

function asFile(node: Node, path: string): FileNode {
  if (node.kind === 'folder') throw systemError('EISDIR', path)
  return node
}

/** What of a folder is there after a crash. A file with two names stays one file. */
function survivor(folder: FolderNode, mode: CrashMode, seen = new Map<FileNode, FileNode>()): FolderNode {
  const names = new Map<string, Node>()
  for (const [name, node] of mode === 'keeps-names' ? folder.names : folder.durable) {
    if (node.kind === 'folder') {
      names.set(name, survivor(node, mode, seen))
      continue
    }
    const file = seen.get(node) ?? { ...node, content: Buffer.from(node.durable) }
    seen.set(node, file)
    names.set(name, file)
  }
  return { kind: 'folder', names, durable: new Map(names), mtime: folder.mtime }
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
