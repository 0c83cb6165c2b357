import { describeDatabaseSource, describeDatabaseTarget } from '@dbsnap/adapter-test-kit/vitest'
import { canStartMysql, MYSQL_FLAVOURS } from '@dbsnap/test-servers'
import { describe } from 'vitest'
import { mysqlFixture } from './mysql-fixture.ts'

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('%s', (flavour) => {
  describeDatabaseSource(`mysql() on ${flavour}`, () => mysqlFixture(flavour))
  describeDatabaseTarget(`mysql() on ${flavour}`, () => mysqlFixture(flavour))
  describeDatabaseTarget(`mysql() on ${flavour}, by INSERT`, () => mysqlFixture(flavour, { loadData: false }))
})
