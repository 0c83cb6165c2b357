import type { IndexedPack } from '../format/index-codec.ts'
import { BoundedCache } from './bounded-cache.ts'
import { PackWindow } from './pack-window.ts'

/** Bytes read at once, at most: a restore then reads each MiB once instead of 45 objects of 22 KiB. */
const LARGEST_WINDOW = 1024 * 1024

/** Bytes read at once, at least. A request costs more than these; six nodes of a tree fit, which lie together. */
const SMALLEST_WINDOW = 16 * 1024

/** Bytes between two reads that still follow each other: fetched for nothing they cost less than a request of 30 ms. */
const NEAR = 16 * 1024

/** Bytes of windows kept: the packs of a few collections at a time, and of bases beside their deltas. */
const KEPT_BYTES = 8 * LARGEST_WINDOW

/**
 * The pieces of packs that are in memory. What is read for the first time is read exactly; what follows closely on a window
 * opens one of twice the bytes that were used of that. So a collection that is read from end to end comes in windows of 1 MiB,
 * 200 chunks that lie scattered come as 200 chunks, and no more than about half of what is fetched is fetched for nothing.
 */
export class PackWindows {
  readonly #fetch: (pack: IndexedPack, offset: number, length: number) => Promise<Buffer>
  readonly #kept = new BoundedCache<PackWindow>(KEPT_BYTES, (window) => this.#forget(window))
  readonly #byPack = new Map<string, Set<PackWindow>>()
  readonly #packs = new WeakMap<PackWindow, string>()

  /** `fetch` reads from the store. */
  constructor(fetch: (pack: IndexedPack, offset: number, length: number) => Promise<Buffer>) {
    this.#fetch = fetch
  }

  /** Whether so many bytes have room in a window: what is larger gains nothing from them and would push out the others. */
  takes(length: number): boolean {
    return length <= LARGEST_WINDOW
  }

  /** Exactly these bytes, which lie within the pack. Fails as the fetching of any byte of a window does. */
  async read(pack: IndexedPack, offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    const end = offset + length
    const copies: Promise<void>[] = []
    for (let at = offset; at < end; ) {
      const near = this.#near(pack, at)
      const window = near !== undefined && near.end > at ? near : this.#open(pack, at, end, near)
      copies.push(window.copy(bytes, at - offset, at))
      at = window.end
    }
    await Promise.all(copies)
    return bytes
  }

  /** Of the windows that begin at or before `offset` the one that goes furthest, unless it ends long before. */
  #near(pack: IndexedPack, offset: number): PackWindow | undefined {
    let near: PackWindow | undefined
    for (const window of this.#byPack.get(pack.id) ?? []) {
      if (window.offset <= offset && window.end > (near?.end ?? 0)) near = window
    }
    if (near === undefined || near.end + NEAR < offset) return undefined
    this.#kept.get(keyOf(pack.id, near))
    return near
  }

  /** Begins to read a window that reaches at least to `end`. */
  #open(pack: IndexedPack, offset: number, end: number, before: PackWindow | undefined): PackWindow {
    const ahead = Math.min(LARGEST_WINDOW, Math.max(SMALLEST_WINDOW, 2 * (before?.used ?? 0)))
    const stop = Math.max(end, Math.min(offset + ahead, this.#nextAfter(pack, offset)))
    const bytes = this.#fetch(pack, offset, stop - offset)
    const window = new PackWindow(offset, stop - offset, bytes)
    const key = keyOf(pack.id, window)
    this.#packs.set(window, pack.id)
    const windows = this.#byPack.get(pack.id) ?? new Set()
    this.#byPack.set(pack.id, windows.add(window))
    this.#kept.set(key, window, stop - offset)
    bytes.catch(() => this.#kept.delete(key))
    return window
  }

  /** Where what is in memory goes on, or the pack ends. The smallest windows are read over: nodes, read ahead of their chunks. */
  #nextAfter(pack: IndexedPack, offset: number): number {
    let next = pack.size
    for (const window of this.#byPack.get(pack.id) ?? []) {
      const isLarge = window.end - window.offset > SMALLEST_WINDOW
      if (isLarge && window.offset > offset && window.offset < next) next = window.offset
    }
    return next
  }

  #forget(window: PackWindow): void {
    const packId = this.#packs.get(window) as string
    const windows = this.#byPack.get(packId) as Set<PackWindow>
    windows.delete(window)
    if (windows.size === 0) this.#byPack.delete(packId)
    window.drop()
  }
}

function keyOf(packId: string, window: PackWindow): string {
  return `${packId}/${window.offset}`
}
