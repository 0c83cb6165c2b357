import type { ObjectStore, StoredFile } from '@dbsnap/core/ports'

/** Two or more users of one store, whose calls happen in a given order. */
export interface OrderOfCalls {
  /** The store as `user` sees it. */
  store(store: ObjectStore, user: number): ObjectStore
  /** From now on calls wait for their turn. */
  begin(): void
  /** The user makes no more calls: turns it did not use are skipped. */
  end(user: number): void
}

/** One call is on its way at a time: that of `order[0]`, then that of `order[1]`; after the last, of whoever comes. */
export function orderOfCalls(order: readonly number[], users: number): OrderOfCalls {
  const ended = Array.from({ length: users }, () => false)
  let waiting: { readonly user: number; readonly go: () => void }[] = []
  let begun = false
  let turn = 0
  let busy = false

  const advance = (): void => {
    while (turn < order.length && ended[order[turn] as number]) turn++
    if (busy) return
    const next = waiting.find(({ user }) => turn >= order.length || user === order[turn])
    if (next === undefined) return
    waiting = waiting.filter((other) => other !== next)
    busy = true
    turn++
    next.go()
  }
  const inTurn = async <T>(user: number, effect: () => Promise<T>): Promise<T> => {
    if (!begun) return effect()
    await new Promise<void>((go) => {
      waiting.push({ user, go })
      advance()
    })
    try {
      return await effect()
    } finally {
      busy = false
      advance()
    }
  }
  return {
    store: (store, user) => ({
      label: store.label,
      put: (key, body, options) => inTurn(user, () => store.put(key, body, options)),
      get: (key, options) => inTurn(user, () => store.get(key, options)),
      stat: (key, options) => inTurn(user, () => store.stat(key, options)),
      delete: (key, options) => inTurn(user, () => store.delete(key, options)),
      // Whole at one moment, as a store that lists what is there.
      async *list(prefix, options): AsyncGenerator<StoredFile> {
        yield* await inTurn(user, async () => {
          const files: StoredFile[] = []
          for await (const file of store.list(prefix, options)) files.push(file)
          return files
        })
      },
      close: () => store.close(),
    }),
    begin: () => {
      begun = true
    },
    end: (user) => {
      ended[user] = true
      advance()
    },
  }
}
