import { UsageError } from '../errors/usage-error.ts'

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

const LEVELS: Readonly<Record<CompressionSettings['algorithm'], readonly [least: number, most: number]>> = {
  zstd: [1, 19],
  gzip: [1, 9],
  none: [0, 0],
}

/** Fails with `UsageError` where no such algorithm or level is known. */
export function requireCompressionSettings({ algorithm, level }: CompressionSettings): void {
  const range = Object.hasOwn(LEVELS, algorithm) ? LEVELS[algorithm] : undefined
  if (range !== undefined && Number.isInteger(level) && level >= range[0] && level <= range[1]) return
  throw new UsageError('no such compression', {
    hint: 'zstd has levels 1 to 19, gzip 1 to 9, and none has level 0.',
    data: { algorithm: String(algorithm), level: Number(level) },
  })
}
