import { expect, it } from 'vitest'
import { mongodb } from './mongodb-database.ts'
import { resolveMongoOptions } from './mongodb-options.ts'

it.each([
  ['mongodb://localhost/shop', 'localhost:27017/shop'],
  ['mongodb://user:p%40ss@host:1234/my%20shop?tls=true', 'host:1234/my shop'],
  ['mongodb://user:p@ss@a,b:2/shop', 'a:27017,b:2/shop'],
  ['mongodb+srv://user:secret@cluster.example.com/shop?retryWrites=true', 'cluster.example.com/shop'],
  ['mongodb://[::1]:5/shop', '[::1]:5/shop'],
  ['mongodb://%2Ftmp%2Fmongodb-27017.sock/shop', '/tmp/mongodb-27017.sock/shop'],
])('%s is %s, without a secret', (url, label) => {
  expect(mongodb(url).label).toBe(label)
})

it.each([
  ['mongodb://user:secret@host', 'INVALID_URL'],
  ['mongodb://user:secret@host/?a=b', 'INVALID_URL'],
  ['postgres://user:secret@host/shop', 'INVALID_URL'],
  ['mongodb://', 'INVALID_URL'],
  ['mongodb://user:secret@host/%zz', 'INVALID_URL'],
])('%s is refused, and the message does not repeat it', (url, code) => {
  const refused = (): unknown => mongodb(url)
  expect(refused).toThrowError(expect.objectContaining({ code }))
  expect(refused).not.toThrowError(/secret/)
})

it('options win over the URL, and have bounds', () => {
  expect(resolveMongoOptions({ url: 'mongodb://host/a', database: 'b' })).toMatchObject({
    database: 'b',
    consistency: 'best',
    applicationName: 'dbsnap',
    connectTimeoutSeconds: 10,
  })
  for (const wrong of [{ connectTimeoutSeconds: 0 }, { consistency: 'none' as 'best' }]) {
    expect(() => resolveMongoOptions({ url: 'mongodb://host/a', ...wrong })).toThrowError(
      expect.objectContaining({ code: 'USAGE' }),
    )
  }
})
