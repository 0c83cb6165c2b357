import { describeDatabaseSource, describeDatabaseTarget } from '@dbsnap/adapter-test-kit/vitest'
import { canStartMysql, MYSQL_FLAVOURS } from '@dbsnap/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { loadingServer, loadsOf, stopLoadingServer } from './loading-server.ts'
import { mysqlFixture } from './mysql-fixture.ts'

afterAll(stopLoadingServer)

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('%s', (flavour) => {
  describeDatabaseSource(`mysql() on ${flavour}`, () => mysqlFixture(flavour))
  describeDatabaseTarget(`mysql() on ${flavour}, by INSERT`, () => mysqlFixture(flavour, { loadData: false }))
  describeDatabaseTarget(`mysql() on ${flavour}, by LOAD DATA`, async () =>
    mysqlFixture(flavour, { loadData: true }, await loadingServer(flavour)),
  )
  it(`has loaded by LOAD DATA on ${flavour}`, async () => {
    expect(await loadsOf(await loadingServer(flavour))).toBeGreaterThan(0)
  })
})
