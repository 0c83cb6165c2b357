import { describe, it } from 'vitest'
import type { DatabaseSourceFixture } from './conformance/database-source/database-source-fixture.ts'
import type { DatabaseTargetFixture } from './conformance/database-target/database-target-fixture.ts'
import type { Law, OptOut, OptOuts } from './conformance/law.ts'
import {
  DATABASE_SOURCE_LAWS,
  DATABASE_TARGET_LAWS,
  type DatabaseSourceLawName,
  type DatabaseTargetLawName,
  OBJECT_STORE_LAWS,
  type ObjectStoreLawName,
} from './conformance/law-manifest.ts'
import type { ObjectStoreFixture } from './conformance/object-store/object-store-fixture.ts'

/**
 * Proves an object store: a test per law, each on a fixture of its own.
 *
 * ```ts
 * describeObjectStore('memory', async () => ({ store: memory(), dispose: async () => {} }))
 * ```
 */
export function describeObjectStore(
  name: string,
  factory: () => Promise<ObjectStoreFixture>,
  options: { readonly optOuts?: OptOuts<ObjectStoreLawName, ObjectStoreFixture> } = {},
): void {
  describeLaws(`${name} is an object store`, OBJECT_STORE_LAWS, factory, options.optOuts ?? {})
}

/** Proves a source: a test per law, each on a fixture of its own, which is an empty database. */
export function describeDatabaseSource(
  name: string,
  factory: () => Promise<DatabaseSourceFixture>,
  options: { readonly optOuts?: OptOuts<DatabaseSourceLawName, DatabaseSourceFixture> } = {},
): void {
  describeLaws(`${name} is a database source`, DATABASE_SOURCE_LAWS, factory, options.optOuts ?? {})
}

/** Proves a target: a test per law, each on a fixture of its own, two empty databases. */
export function describeDatabaseTarget(
  name: string,
  factory: () => Promise<DatabaseTargetFixture>,
  options: { readonly optOuts?: OptOuts<DatabaseTargetLawName, DatabaseTargetFixture> } = {},
): void {
  describeLaws(`${name} is a database target`, DATABASE_TARGET_LAWS, factory, options.optOuts ?? {})
}

function describeLaws<Name extends string, Fixture extends { dispose(): Promise<void> }>(
  title: string,
  laws: readonly Law<Name, Fixture>[],
  factory: () => Promise<Fixture>,
  optOuts: OptOuts<Name, Fixture>,
): void {
  describe(title, () => {
    for (const law of laws) {
      const optOut: OptOut<Fixture> | undefined = optOuts[law.name]
      it(optOut === undefined ? `${law.name}: ${law.promise}` : `refuses ${law.name}: ${optOut.reason}`, async () => {
        const fixture = await factory()
        try {
          await (optOut === undefined ? law.check(fixture) : optOut.refusal(fixture))
        } finally {
          await fixture.dispose()
        }
      })
    }
  })
}
