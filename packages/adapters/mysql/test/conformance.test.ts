import { describeDatabaseSource, describeDatabaseTarget } from '@dbsnap/adapter-test-kit/vitest'
import { MYSQL_FLAVOURS } from '@dbsnap/test-servers'
import { mysqlFixture } from './mysql-fixture.ts'

for (const flavour of MYSQL_FLAVOURS) {
  describeDatabaseSource(`mysql() on ${flavour}`, () => mysqlFixture(flavour))
  describeDatabaseTarget(`mysql() on ${flavour}`, () => mysqlFixture(flavour))
  describeDatabaseTarget(`mysql() on ${flavour}, by INSERT`, () => mysqlFixture(flavour, { loadData: false }))
}
