import { expect, it } from 'vitest'
import { parseMysqlUrl } from './parse-mysql-url.ts'

/** Apart from the URLs, which would be taken for real ones otherwise. */
const WORD = 'secret'
const ODD = 'p%2Fw:d'

it('reads what a URL says', () => {
  expect(parseMysqlUrl(`mysql://us%40er:${ODD}@host:3307/a%20b?ssl-mode=VERIFY_CA&connect-timeout=3`)).toEqual({
    user: 'us@er',
    password: 'p/w:d',
    host: 'host',
    port: 3307,
    database: 'a b',
    sslMode: 'verify-ca',
    connectTimeoutSeconds: 3,
  })
  expect(parseMysqlUrl('mariadb://[::1]/shop?socket=/run/s.sock')).toEqual({
    host: '::1',
    database: 'shop',
    socketPath: '/run/s.sock',
  })
})

it.each([
  'postgres://h/d',
  `mysql://u:${WORD}@h:port/d`,
  `mysql://u:${WORD}@a,b/d`,
  `mysql://u:%${WORD}@h/d`,
  `mysql://u:${WORD}%00@h/d`,
  `mysql://u:${WORD}@h/d?sslmode=require`,
  `mysql://u:${WORD}@h/d?ssl-mode=maybe`,
  `mysql://u:${WORD}@h/d?ssl-ca=/nowhere`,
  `mysql://u:${WORD}@h/d?connect-timeout=soon`,
])('refuses %s and says nothing of what is in it', (url) => {
  expect(() => parseMysqlUrl(url)).toThrow(expect.objectContaining({ code: 'INVALID_URL' }))
  expect(() => parseMysqlUrl(url)).not.toThrow(WORD)
})
