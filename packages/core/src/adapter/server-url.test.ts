import { describe, expect, it } from 'vitest'
import { readServerUrl, refuseUrl, type ServerUrlForm, type ServerUrlParts, urlNumber, urlPem } from './server-url.ts'

interface Parts extends ServerUrlParts {
  seconds?: number
}

const FORM: ServerUrlForm<Parts> = {
  scheme: /^any:\/\//,
  name: 'an any URL',
  example: 'any://host/database',
  parameters: {
    seconds: (parts, value) => {
      parts.seconds = urlNumber(value, 'seconds')
    },
  },
}

describe('the URL of a server', () => {
  it.each<[string, Parts]>([
    ['any://', {}],
    ['any:///shop', { database: 'shop' }],
    [
      'any://a%40b:p%2F:@host:12/my%20shop',
      { user: 'a@b', password: 'p/:', host: 'host', port: 12, database: 'my shop' },
    ],
    ['any://[::1]:5/', { host: '::1', port: 5 }],
    ['any://host?seconds=3', { host: 'host', seconds: 3 }],
  ])('%s', (text, parts) => {
    expect(readServerUrl(text, FORM)).toEqual(parts)
  })

  it.each([
    ['other://host', 'not an any URL'],
    ['any://host:1:2:3/x#y', 'cannot be read'],
    ['any://one,two/x', 'several hosts'],
    ['any://host:x/', 'port in the database URL is not a number'],
    ['any://secret%zz@host', 'user in the database URL has a %'],
    ['any://u:secret%00@host', 'password in the database URL holds a zero byte'],
    ['any://u:secret@host?odd=1', 'parameter that is not known'],
    ['any://u:secret@host?constructor=1', 'parameter that is not known'],
    ['any://u:secret@host?seconds=x', 'seconds in the database URL is not a number'],
  ])('%s is refused, and not repeated', (text, what) => {
    const refused = expect(() => readServerUrl(text, FORM))
    refused.toThrow(expect.objectContaining({ code: 'INVALID_URL', message: expect.stringContaining(what) }))
    refused.not.toThrow('secret')
  })

  it('passes over what it is told to, and reads the files that it names', () => {
    expect(readServerUrl('any://host?odd=1', { ...FORM, ignored: new Set(['odd']) })).toEqual({ host: 'host' })
    expect(urlPem(import.meta.filename, 'ca').toString()).toContain('urlPem')
    expect(() => urlPem('/nowhere/ca.pem', 'ca')).toThrow('the file that ca names cannot be read')
    expect(() => refuseUrl('no', 'because')).toThrow(expect.objectContaining({ hint: 'because' }))
  })
})
