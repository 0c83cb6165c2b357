import { cloneProof } from './clone-proof.ts'
import { engineMemoryProof } from './engine-memory-proof.ts'
import { engineSpeedProof } from './engine-speed-proof.ts'
import { enginesDiffProof } from './engines-diff-proof.ts'
import { faultsProof } from './faults-proof.ts'
import { forgetfulProof, killsProof } from './interruptions-proof.ts'
import { keysProof } from './keys-proof.ts'
import { lawsProof } from './laws-proof.ts'
import { liveSafetyProof } from './live-safety-proof.ts'
import { manyObjectsProof } from './many-objects-proof.ts'
import { memoryProof } from './memory-proof.ts'
import { mysqlLocksProof } from './mysql-locks-proof.ts'
import { offlineReaderProof } from './offline-reader-proof.ts'
import type { Proof } from './proof.ts'
import { pruneProof } from './prune-proof.ts'
import { resumeProof } from './resume-proof.ts'
import { s3LargeProof } from './s3-large-proof.ts'
import { s3Proof } from './s3-proof.ts'
import { isolationProof, mongodbSchemaProof, mysqlSchemaProof, schemaProof } from './schema-proofs.ts'
import { speedProof } from './speed-proof.ts'

/** All of them, in the order of the issues: PostgreSQL's and the repository's, then the other engines'. */
export const PROOFS: readonly Proof[] = [
  cloneProof,
  schemaProof,
  isolationProof,
  speedProof,
  liveSafetyProof,
  memoryProof(2),
  memoryProof(4),
  killsProof,
  forgetfulProof,
  keysProof,
  lawsProof,
  mysqlSchemaProof,
  mongodbSchemaProof,
  mysqlLocksProof,
  engineSpeedProof('mysql'),
  engineSpeedProof('mongodb'),
  engineMemoryProof('mysql'),
  engineMemoryProof('mongodb'),
  enginesDiffProof(),
  faultsProof,
  pruneProof,
  offlineReaderProof,
  resumeProof,
  manyObjectsProof,
  s3Proof,
  s3LargeProof,
]
