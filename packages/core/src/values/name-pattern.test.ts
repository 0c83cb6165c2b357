import { describe, expect, it } from 'vitest'
import { chooseByName, isGlob, matchesName } from './name-pattern.ts'

describe('a name pattern', () => {
  it.each([
    ['orders', 'public.orders', true],
    ['orders', 'shop.orders', true],
    ['public.orders', 'public.orders', true],
    ['public.orders', 'shop.orders', false],
    ['order', 'public.orders', false],
    ['*', 'public.orders', true],
    ['shop.*', 'public.orders', false],
    ['*.orders', 'public.orders', true],
    ['o*s', 'public.orders', true],
    ['*_20??', 'public.log_2024', true],
    ['*_20??', 'public.log_202', false],
    ['a*b*c', 'axbxbxc', true],
    ['a*b*c', 'axbxbxd', false],
    ['Orders', 'public.orders', false],
    ['orders', 'orders', true],
    ['a.b', 'public."a.b"', true],
    ['say "x"', 'public."say ""x"""', true],
    ['"', 'public.""""', true],
    ['[o]rders', 'public.orders', false],
  ])('%s against %s: %s', (pattern, name, fits) => {
    expect(matchesName(pattern, name)).toBe(fits)
  })

  it('takes time in proportion to its length, whatever it holds', () => {
    expect(matchesName(`${'*a'.repeat(2_000)}b`, 'a'.repeat(5_000))).toBe(false)
  })

  it('knows a glob from a name', () => {
    expect([isGlob('orders'), isGlob('o*'), isGlob('o?')]).toEqual([false, true, true])
  })
})

describe('choosing by name', () => {
  const candidates = [
    { name: 'public.orders' },
    { name: 'public.log_1', parent: 'public.log' },
    { name: 'public.log_2', parent: 'public.log' },
  ]
  const names = (choice: Parameters<typeof chooseByName>[1]) => {
    const { chosen, unmatched } = chooseByName(candidates, choice)
    return [chosen.map((candidate) => candidate.name), unmatched]
  }

  it('takes everything where nothing is named', () => {
    expect(names({})).toEqual([['public.orders', 'public.log_1', 'public.log_2'], []])
    expect(names({ include: [] })).toEqual([['public.orders', 'public.log_1', 'public.log_2'], []])
  })

  it('takes the children of a parent that is named', () => {
    expect(names({ include: ['log'] })).toEqual([['public.log_1', 'public.log_2'], []])
    expect(names({ exclude: ['log'] })).toEqual([['public.orders'], []])
  })

  it('lets exclusion win', () => {
    expect(names({ include: ['log*'], exclude: ['log_2'] })).toEqual([['public.log_1'], []])
  })

  it('reports every pattern that fits nothing', () => {
    expect(names({ include: ['orders', 'order'], exclude: ['nothing'] })).toEqual([
      ['public.orders'],
      ['order', 'nothing'],
    ])
  })
})
