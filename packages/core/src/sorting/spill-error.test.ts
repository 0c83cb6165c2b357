import { expect, it } from 'vitest'
import { spillError } from './spill-error.ts'

it('a temporary folder that is full, or fails, is told apart; what is no failure of the system is passed on', () => {
  const system = (code: string) => Object.assign(new Error(code), { code, syscall: 'write' })
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
    expect(spillError(system(code), '/tmp')).toMatchObject({ code: 'STORE_FULL' })
  }
  expect(spillError(system('EACCES'), '/tmp')).toMatchObject({ code: 'STORE_FAILED' })
  for (const other of [new Error('a fault of ours'), 'text', undefined]) expect(spillError(other, '/tmp')).toBe(other)
})
