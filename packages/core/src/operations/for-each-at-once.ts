/**
 * Runs `work` over `items`, at most `limit` at a time, in their order. The first failure aborts the signal that the
 * others were given, waits for them and is thrown.
 */
export async function forEachAtOnce<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController()
  const combined = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal])
  const failures: unknown[] = []
  const queue = items[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failures.length > 0) return
      try {
        await work(item, combined)
      } catch (error) {
        failures.push(error)
        failure.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
}
