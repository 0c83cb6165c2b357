import { homedir } from 'node:os'
import { join } from 'node:path'
import type { OpenRepositoryOptions } from '@dbsnap/core'
import { isS3Url } from '@dbsnap/s3'
import type { Console } from './console.ts'
import { readEnvironment } from './environment.ts'

/** Options that say where copies of what is read are kept on this machine. */
export interface CacheOptions {
  /** The folder of `--cache`; false: `--no-cache`. */
  readonly cache?: string | false
  /** Bytes of `--cache-size`. */
  readonly cacheSize?: number
}

/** The folder that was chosen; else for a bucket `~/.cache/dbsnap`, and for a folder none: to read it is as quick. */
export function chooseCache(
  place: string,
  { cache, cacheSize }: CacheOptions,
  console: Console,
): Pick<OpenRepositoryOptions, 'cacheFolder' | 'cacheBytes'> {
  if (cache === false) return {}
  const { DBSNAP_CACHE, XDG_CACHE_HOME } = readEnvironment(console.variables)
  const usual = isS3Url(place) ? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dbsnap') : undefined
  const cacheFolder = cache ?? DBSNAP_CACHE ?? usual
  if (cacheFolder === undefined) return {}
  return { cacheFolder, ...(cacheSize === undefined ? {} : { cacheBytes: cacheSize }) }
}
