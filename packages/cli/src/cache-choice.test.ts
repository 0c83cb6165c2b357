import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type CacheOptions, chooseCache } from './cache-choice.ts'
import type { Console } from './console.ts'

const BUCKET = 's3://backups/shop'
const chosen = (place: string, options: CacheOptions, variables: Console['variables'] = {}) =>
  chooseCache(place, options, { variables } as Console)

it('a bucket has a cache in the usual place, a folder has none', () => {
  expect(chosen(BUCKET, {})).toEqual({ cacheFolder: join(homedir(), '.cache', 'dbsnap') })
  expect(chosen(BUCKET, {}, { XDG_CACHE_HOME: '/caches' })).toEqual({ cacheFolder: '/caches/dbsnap' })
  expect(chosen('./snapshots', {}, { XDG_CACHE_HOME: '/caches' })).toEqual({})
})

it('option, variable and the usual place come in this order, for folders too', () => {
  const variables = { DBSNAP_CACHE: '/mine', XDG_CACHE_HOME: '/caches' }
  expect(chosen(BUCKET, { cache: '/given', cacheSize: 5e6 }, variables)).toEqual({
    cacheFolder: '/given',
    cacheBytes: 5e6,
  })
  expect(chosen('/net/snapshots', {}, variables)).toEqual({ cacheFolder: '/mine' })
  expect(chosen(BUCKET, { cache: false }, variables)).toEqual({})
})
