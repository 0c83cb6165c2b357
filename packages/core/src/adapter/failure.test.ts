import { describe, expect, it } from 'vitest'
import { isNetworkCode, isTlsCode, lastResort, networkFailure, textOf, unknownFailure } from './failure.ts'

const READING = { label: 'host:1/shop', doing: 'read orders' }

describe('a failure below the protocol', () => {
  it.each([
    ['ETIMEDOUT', 'no answer in time'],
    ['EPIPE', 'the connection was lost'],
    ['ECONNRESET', 'the connection was lost'],
    ['ECONNREFUSED', 'nobody listens there'],
    ['ENOTFOUND', 'the host name is not known'],
    ['EAI_AGAIN', 'the host name is not known'],
    ['EHOSTUNREACH', 'EHOSTUNREACH'],
  ])('%s: %s', (code, reason) => {
    expect(isNetworkCode(code)).toBe(true)
    expect(networkFailure(READING, code)).toMatchObject({
      code: 'CONNECTION_FAILED',
      message: `could not read orders at host:1/shop: ${reason}`,
      data: { code },
    })
  })

  it('may have no code, and words of its driver', () => {
    expect(networkFailure(READING, '').message).toContain('the connection failed')
    expect(networkFailure(READING, 'X', 'it hung up').message).toContain('it hung up')
    expect(['', 'ER_DUP_ENTRY', '23505'].map(isNetworkCode)).toEqual([false, false, false])
    expect(['CERT_HAS_EXPIRED', 'ERR_SSL_WRONG_VERSION', 'EPIPE'].map(isTlsCode)).toEqual([true, true, false])
  })
})

it('that nobody knows keeps nothing but the name and code of the error', () => {
  const error = Object.assign(new TypeError('a secret'), { code: 'ODD' })
  expect(unknownFailure(error, READING)).toMatchObject({
    code: 'SOURCE_FAILED',
    message: 'could not read orders at host:1/shop',
    data: { error: 'TypeError', code: 'ODD' },
  })
  expect(unknownFailure(new Error('a secret'), { ...READING, side: 'target' }).data).toEqual({ error: 'Error' })
  expect(unknownFailure('a secret', READING).data).toEqual({})
  expect(new (lastResort({ ...READING, side: 'target' }))('x', { hint: 'y' })).toMatchObject({ code: 'TARGET_FAILED' })
})

it('of several addresses is told by the first', () => {
  const several = new AggregateError([Object.assign(new Error('one'), { code: 'ECONNREFUSED' }), new Error('two')])
  expect(textOf(several, 'code')).toBe('ECONNREFUSED')
  expect([null, 'text', {}, { code: 5 }, new AggregateError([])].map((error) => textOf(error, 'code'))).toEqual(
    Array(5).fill(''),
  )
})
