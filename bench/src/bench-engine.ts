/** Programs joined by pipes; the last one says nothing. */
export type Pipeline = readonly (readonly string[])[]

/** A server with the benchmark's orders in it, and the engine's own programs that we are compared with. */
export interface BenchEngine extends AsyncDisposable {
  /** Of the database with the orders. */
  readonly url: string
  /** Programs it cannot do without, as they are called. */
  readonly programs: readonly string[]
  /** Reads all orders in order, into nothing: the limit that no snapshot can beat. */
  readonly bareRead: Pipeline
  /** Writes the engine's own dump to standard output. */
  readonly dump: readonly string[]
  /** Changes one order in a hundred at random places. Another `round` takes other orders. */
  change(round: number): Promise<void>
  /** Resolves to the URL of an empty database. */
  createEmpty(): Promise<string>
  drop(url: string): Promise<void>
  /** Restores a file that `dump` wrote into an empty database. */
  load(file: string, url: string): Pipeline
}
