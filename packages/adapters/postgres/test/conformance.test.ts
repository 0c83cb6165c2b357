import { describeDatabaseSource, describeDatabaseTarget } from '@dbsnap/adapter-test-kit/vitest'
import { postgresFixture } from './postgres-fixture.ts'

describeDatabaseSource('postgres()', () => postgresFixture())
describeDatabaseTarget('postgres()', () => postgresFixture())
