import { expect, test } from 'vitest'
import { parseBenchmarkOptions } from './benchmark-options.ts'

test('options have defaults', () => {
  expect(parseBenchmarkOptions([])).toEqual({
    ...{ scale: 1, runs: 5, snapshots: 30, compare: false, help: false },
    ...{ only: undefined, size: undefined },
  })
})

test('options are read', () => {
  const options = parseBenchmarkOptions(['--scale', '0.1', '--only', 'bare,take', '--size', '10g', '--compare'])
  expect(options).toMatchObject({ scale: 0.1, only: ['bare', 'take'], size: 10e9, compare: true })
})

test.each([
  ['--scale', 'x'],
  ['--runs', '1.5'],
  ['--only', 'speed'],
  ['--size', 'big'],
  ['--speed', '1'],
])('%s %s is refused by name', (option, value) => {
  expect(() => parseBenchmarkOptions([option, value])).toThrow(option)
})
