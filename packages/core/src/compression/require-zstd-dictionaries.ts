import { UnsupportedRuntimeError } from '../errors/unsupported-runtime-error.ts'
import { compressDelta } from './compress.ts'

/**
 * Throws `UnsupportedRuntimeError` where this Node cannot compress with dictionaries. An older Node ignores the option in
 * silence, which would cost a tenth of the gain on writing and all of it on reading: so it is tried, not looked up.
 */
export function requireZstdDictionaries(tryDelta: typeof compressDelta = compressDelta): void {
  if (!usesDictionaries(tryDelta)) {
    throw new UnsupportedRuntimeError(`Node.js ${process.version} cannot compress with zstd dictionaries`, {
      hint: 'Use Node.js 22.19 or later of 22, or 24.6 or later.',
    })
  }
}

function usesDictionaries(tryDelta: typeof compressDelta): boolean {
  // 512 bytes without any repetition: only the dictionary can make them small.
  const sample = Buffer.from(Array.from({ length: 512 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 0xff))
  try {
    const delta = tryDelta(sample, sample)
    return delta !== undefined && delta.length < 128
  } catch {
    // A Node without zstd: the function is not there.
    return false
  }
}
