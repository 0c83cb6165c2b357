import type { Variables } from './find-program.ts'

/** A database server of our own, for as long as the demo takes. */
export interface OwnServer {
  /** Where to log in, as a user who may do everything. */
  readonly url: string
  /** Stops it at once; its data is to be thrown away. */
  stop(): Promise<void>
}

/** What a server is looked for in, who is told where that takes long, and what ends it. */
export interface Surroundings {
  readonly variables: Variables
  readonly say: (text: string) => void
  readonly signal: AbortSignal | undefined
}
