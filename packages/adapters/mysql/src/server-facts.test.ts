import { expect, it } from 'vitest'
import { parseServerFacts } from './server-facts.ts'

it('tells the families and their versions apart', () => {
  expect(parseServerFacts('9.7.0')).toEqual({ flavour: 'mysql', version: '9.7.0', number: 90_700 })
  expect(parseServerFacts('8.0.36-28-log').number).toBe(80_036)
  expect(parseServerFacts('10.11.14-MariaDB-0+deb12u2')).toMatchObject({ flavour: 'mariadb', number: 101_114 })
  expect(parseServerFacts('5.5.5-10.6.18-MariaDB').number).toBe(100_618)
})

it.each(['5.6.51', '5.1.73-log', '10.5.29-MariaDB', '5.5.5-10.3.39-MariaDB'])('refuses %s by name', (version) => {
  expect(() => parseServerFacts(version)).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_SERVER', message: expect.stringContaining(version) }),
  )
})
