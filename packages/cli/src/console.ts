import type pc from 'picocolors'

/** Where a command writes and what it may use; injected, so that tests can look. */
export interface Console {
  /**
   * Results: one JSON document (or NDJSON) with `--json`, tables and text without. Resolves when it is
   * written, and `content` may be used again.
   */
  out(content: string | Buffer): Promise<void>
  /** Messages and progress. */
  message(text: string): void
  readonly colours: ReturnType<typeof pc.createColors>
  /** Whether a person sits at stdin and stderr. */
  readonly interactive: boolean
  readonly columns: number
  readonly signal: AbortSignal
  readonly variables: Readonly<Record<string, string | undefined>>
  ask(question: string): Promise<string>
}
