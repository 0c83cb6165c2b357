import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MONGOD_WHEEL } from '@dbsnap/test-servers'
import { expect, test } from 'vitest'
import { MONGOD_PACKAGE, mongodProgram } from './mongod-program.ts'
import { mysqlPrograms } from './mysql-programs.ts'

const NOWHERE = { PATH: '/nonexistent' }

test('without a MariaDB or MySQL the error says what to install', async () => {
  await expect(mysqlPrograms(NOWHERE, [])).rejects.toMatchObject({
    code: 'UNSUPPORTED_RUNTIME',
    hint: expect.stringMatching(/mariadb-server.*--url.*DBSNAP_DEMO_MYSQL_URL/),
  })
})

test('without mongod and pip the error says what to install, and nothing is left', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'dbsnap-no-mongod-'))
  await expect(mongodProgram({ ...NOWHERE, DBSNAP_CACHE_DIR: cache }, () => {})).rejects.toMatchObject({
    code: 'UNSUPPORTED_RUNTIME',
    hint: expect.stringMatching(/pip.*--url.*DBSNAP_DEMO_MONGODB_URL/),
  })
  expect(await readdir(cache)).toEqual([])
  await rm(cache, { recursive: true })
})

test('the demo and the tests start the same MongoDB', () => {
  const { requirement, version, sha256 } = MONGOD_WHEEL
  expect(MONGOD_PACKAGE).toMatchObject({ requirement, version, sha256 })
  expect(MONGOD_PACKAGE.program).toBe(MONGOD_WHEEL.entry)
})
