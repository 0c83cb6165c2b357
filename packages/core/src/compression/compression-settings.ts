/** How objects are compressed. */
export interface CompressionSettings {
  /** `none` stores plaintexts as they are; deltas are zstd whatever this says. */
  readonly algorithm: 'zstd' | 'gzip' | 'none'
  /** zstd 1 to 19, gzip 1 to 9, 0 for none. */
  readonly level: number
}

/**
 * zstd level 1: as small as level 3 on rows of a table, and twice as fast. `npm run bench:compression`,
 * `docs/decisions/0005-compression.md`.
 */
export const DEFAULT_COMPRESSION: CompressionSettings = { algorithm: 'zstd', level: 1 }
