import { describeDatabaseSource, describeDatabaseTarget } from '@dbsnap/adapter-test-kit/vitest'
import { mongoUnavailable } from '@dbsnap/test-servers'
import { describe } from 'vitest'
import { mongoFixture } from './mongo-fixture.ts'
import { noMoment } from './standalone-refusal.ts'

describe.skipIf(await mongoUnavailable())('the laws', () => {
  describeDatabaseSource('mongodb(), a replica set', () => mongoFixture('replica-set'))
  describeDatabaseTarget('mongodb(), a replica set', () => mongoFixture('replica-set'))
  describeDatabaseSource('mongodb(), a standalone', () => mongoFixture('standalone'), {
    optOuts: { 'read-point-is-frozen': noMoment },
  })
  describeDatabaseTarget('mongodb(), a standalone', () => mongoFixture('standalone'))
})
