import { abortEndsPromptly } from './database-source/abort-ends-promptly.ts'
import { choicesAreKept } from './database-source/choices-are-kept.ts'
import { keylessIsWhole } from './database-source/keyless-is-whole.ts'
import { layoutsTellTheTruth } from './database-source/layouts-tell-the-truth.ts'
import { leavingEarlyFrees } from './database-source/leaving-early-frees.ts'
import { nativeTypesAreExact } from './database-source/native-types-are-exact.ts'
import { readPointIsFrozen } from './database-source/read-point-is-frozen.ts'
import { recordsInKeyOrder } from './database-source/records-in-key-order.ts'
import { secretsStaySecret as sourceSecretsStaySecret } from './database-source/secrets-stay-secret.ts'
import { changesAreExact } from './database-target/changes-are-exact.ts'
import { createRefusesWhatIsThere } from './database-target/create-refuses-what-is-there.ts'
import { createdEqualsSource } from './database-target/created-equals-source.ts'
import { failedRestoreChangesNothing } from './database-target/failed-restore-changes-nothing.ts'
import { cancellingStops } from './object-store/cancelling-stops.ts'
import { closingIsFinal } from './object-store/closing-is-final.ts'
import { exclusiveWritesOnce } from './object-store/exclusive-writes-once.ts'
import { failedWriteLeavesNothing } from './object-store/failed-write-leaves-nothing.ts'
import { legalKeysSurvive } from './object-store/legal-keys-survive.ts'
import { listingIsExact } from './object-store/listing-is-exact.ts'
import { missingIsSaid } from './object-store/missing-is-said.ts'
import { partsAreJoined } from './object-store/parts-are-joined.ts'
import { rangesAreExact } from './object-store/ranges-are-exact.ts'
import { readAfterWrite } from './object-store/read-after-write.ts'
import { replaceIsAtomic } from './object-store/replace-is-atomic.ts'
import { secretsStaySecret as storeSecretsStaySecret } from './object-store/secrets-stay-secret.ts'
import { sizesRoundTrip } from './object-store/sizes-round-trip.ts'

/** What a place for files promises. Adapters are counted by it: a law is added with its tests, and never taken away in silence. */
export const OBJECT_STORE_LAWS = Object.freeze([
  readAfterWrite,
  partsAreJoined,
  sizesRoundTrip,
  rangesAreExact,
  missingIsSaid,
  legalKeysSurvive,
  exclusiveWritesOnce,
  replaceIsAtomic,
  failedWriteLeavesNothing,
  listingIsExact,
  cancellingStops,
  storeSecretsStaySecret,
  closingIsFinal,
] as const)

/** Name of a law for stores. */
export type ObjectStoreLawName = (typeof OBJECT_STORE_LAWS)[number]['name']

/** What a database that is read promises. Adapters are counted by it: a law is added with its tests, and never taken away in silence. */
export const DATABASE_SOURCE_LAWS = Object.freeze([
  layoutsTellTheTruth,
  recordsInKeyOrder,
  nativeTypesAreExact,
  keylessIsWhole,
  readPointIsFrozen,
  choicesAreKept,
  abortEndsPromptly,
  leavingEarlyFrees,
  sourceSecretsStaySecret,
] as const)

/** Name of a law for sources. */
export type DatabaseSourceLawName = (typeof DATABASE_SOURCE_LAWS)[number]['name']

/** What a database that is written promises. Adapters are counted by it: a law is added with its tests, and never taken away in silence. */
export const DATABASE_TARGET_LAWS = Object.freeze([
  createdEqualsSource,
  createRefusesWhatIsThere,
  changesAreExact,
  failedRestoreChangesNothing,
] as const)

/** Name of a law for targets. */
export type DatabaseTargetLawName = (typeof DATABASE_TARGET_LAWS)[number]['name']
