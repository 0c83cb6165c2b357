import { describe, expect, it } from 'vitest'
import * as everything from './index.ts'
import { DbSnapError, type DbSnapErrorOptions, ERROR_CODES, type ErrorCode, isDbSnapError } from './index.ts'

type ErrorClass = new (message: string, options: DbSnapErrorOptions) => DbSnapError

const classes = Object.entries(everything).flatMap(([name, value]): [string, ErrorClass][] =>
  typeof value === 'function' && value.prototype instanceof DbSnapError ? [[name, value as unknown as ErrorClass]] : [],
)

describe('errors', () => {
  it('have one class for each code of the table, and no other', () => {
    const codes = classes.map(([, Class]) => new Class('it failed', { hint: 'none' }).code)
    expect(codes.sort()).toEqual(Object.keys(ERROR_CODES).sort())
  })

  it.each(classes)('%s says its name, code, cause and hint, and keeps them in JSON', (name, Class) => {
    const cause = new Error('below')
    const error = new Class('it failed', { hint: 'do this', data: { file: 'a' }, cause })
    expect(error).toBeInstanceOf(DbSnapError)
    expect(isDbSnapError(error)).toBe(true)
    expect(error).toMatchObject({ name, message: 'it failed', hint: 'do this', cause })
    const { retryable } = ERROR_CODES[error.code as ErrorCode]
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: error.code,
      message: 'it failed',
      hint: 'do this',
      retryable,
      data: { file: 'a' },
    })
    expect(
      name
        .replace(/Error$/, '')
        .replace(/(?<=.)(?=[A-Z])/g, '_')
        .toUpperCase(),
    ).toBe(error.code)
  })
})
