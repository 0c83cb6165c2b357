import { expect, test } from 'vitest'
import { runDbsnap } from './run-dbsnap.ts'

const CANARY = 'canary-4711'

test.each([
  ['an engine that is none', ['oracle'], {}, 2, 'USAGE'],
  ['an address of another engine', ['mysql', '--url', `postgres://u:${CANARY}@h`], {}, 2, 'USAGE'],
  ['an address of no engine', ['--url', `oracle://u:${CANARY}@h`], {}, 2, 'USAGE'],
  ['another engine in the environment', ['mongodb'], { DBSNAP_DEMO_MONGODB_URL: `mysql://u:${CANARY}@h` }, 2, 'USAGE'],
  ['parameters', ['--url', `mysql://u:${CANARY}@127.0.0.1:1/?ssl-mode=required`], {}, 2, 'INVALID_URL'],
  ['no MySQL there', ['mysql', '--url', `mariadb://u:${CANARY}@127.0.0.1:1`], {}, 3, 'CONNECTION_FAILED'],
  ['no MySQL there', ['mysql'], { DBSNAP_DEMO_MYSQL_URL: `mysql://u:${CANARY}@127.0.0.1:1` }, 3, 'CONNECTION_FAILED'],
  ['no PostgreSQL there', ['--url', `postgres://u:${CANARY}@127.0.0.1:1/x`], {}, 3, 'CONNECTION_FAILED'],
  [
    'no MongoDB there',
    ['--url', `mongodb://u:${CANARY}@127.0.0.1:1/?serverSelectionTimeoutMS=200`],
    {},
    3,
    'CONNECTION_FAILED',
  ],
])('%s: %j', async (_, args, variables: Record<string, string>, exit, code) => {
  const ended = await runDbsnap(['demo', ...args], variables)
  expect(ended.code).toBe(exit)
  expect(ended.messages).toContain(`[${code}]`)
  expect(ended.out + ended.messages).not.toContain(CANARY)
  expect(ended.out).not.toContain('Take a snapshot')
})
