import type { ObjectStore } from '@dbsnap/core/ports'

/** The bit that is wrong. */
export interface BitFlip {
  readonly key: string
  /** Counted from the first bit of the file. */
  readonly bit: number
}

/**
 * A store in which one bit of one file is wrong, whichever way it is read. `flips` says how often a caller was given
 * the wrong bit: a test in which nobody was, proves nothing.
 */
export function bitFlippingStore(store: ObjectStore, { key, bit }: BitFlip): ObjectStore & { readonly flips: number } {
  const byte = Math.floor(bit / 8)
  let flips = 0
  return {
    label: store.label,
    get flips() {
      return flips
    },
    async get(wanted, options) {
      const body = await store.get(wanted, options)
      const place = byte - (options?.range?.offset ?? 0)
      if (wanted !== key || place < 0 || place >= body.length) return body
      flips++
      body.writeUInt8(body.readUInt8(place) ^ (1 << (bit % 8)), place)
      return body
    },
    put: (...parameters) => store.put(...parameters),
    stat: (...parameters) => store.stat(...parameters),
    list: (...parameters) => store.list(...parameters),
    delete: (...parameters) => store.delete(...parameters),
    close: () => store.close(),
  }
}
