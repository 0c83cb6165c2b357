/**
 * The database that core's tests take from and restore into. It lives in the test kit, where adapters' authors find it
 * too, and is reached by path: by name it would be a dependency of core on the kit, and Turborepo refuses package
 * cycles even among development dependencies. The kit stands on core's ports, errors and values alone.
 */
export type { MemoryRow } from '../../../adapter-test-kit/src/fakes/copy-text.ts'
export * from '../../../adapter-test-kit/src/fakes/manual-clock.ts'
export * from '../../../adapter-test-kit/src/fakes/memory-database.ts'
