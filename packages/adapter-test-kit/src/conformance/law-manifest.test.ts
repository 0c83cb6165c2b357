import { expect, it } from 'vitest'
import { DATABASE_SOURCE_LAWS, DATABASE_TARGET_LAWS, OBJECT_STORE_LAWS } from './law-manifest.ts'

it('is frozen and counted: a change of these numbers is a change of what an adapter is', () => {
  const lists = [OBJECT_STORE_LAWS, DATABASE_SOURCE_LAWS, DATABASE_TARGET_LAWS]
  expect(lists.map((laws) => laws.length)).toEqual([13, 9, 4])
  for (const laws of lists) {
    expect(Object.isFrozen(laws)).toBe(true)
    expect(new Set(laws.map((law) => law.name)).size).toBe(laws.length)
  }
})
