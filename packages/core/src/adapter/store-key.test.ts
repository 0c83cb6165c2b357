import { describe, expect, it } from 'vitest'
import { checkStoreKey, checkStorePrefix } from './store-key.ts'

describe('store keys', () => {
  it.each(['a', 'packs/0a', 'a.b_c-d/e', '.a', 'a..b', '...'])('accepts %s', (key) => {
    expect(() => checkStoreKey(key)).not.toThrow()
    expect(() => checkStorePrefix(key)).not.toThrow()
  })

  it.each(['', '.', '..', '../a', 'a/../b', 'a/.', '/a', 'a/', 'a//b', 'A', 'a b', 'a\\b', 'a\0', 'ä', '~a', 'a\n'])(
    'refuses %j',
    (key) => {
      expect(() => checkStoreKey(key)).toThrow('not a legal store key')
    },
  )

  it('accepts the beginnings of keys as prefixes and nothing else', () => {
    for (const prefix of ['', 'a/', 'a/b', '.', '..']) expect(() => checkStorePrefix(prefix)).not.toThrow()
    for (const prefix of ['/', '../', 'a/../b', 'a//', 'A']) expect(() => checkStorePrefix(prefix)).toThrow('prefix')
  })
})
