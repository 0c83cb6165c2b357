import { describeDatabaseSource, describeDatabaseTarget } from '../src/vitest.ts'
import { memoryFixture } from './memory-fixture.ts'

describeDatabaseSource('the memory database', memoryFixture)
describeDatabaseTarget('the memory database', memoryFixture)
