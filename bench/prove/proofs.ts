import { cloneProof } from './clone-proof.ts'
import { forgetfulProof, killsProof } from './interruptions-proof.ts'
import { liveSafetyProof } from './live-safety-proof.ts'
import { memoryProof } from './memory-proof.ts'
import type { Proof } from './proof.ts'
import { speedProof } from './speed-proof.ts'
import { suiteProof } from './suite-proof.ts'

const ROUND_TRIP = 'packages/adapters/postgres/test/schema-round-trip.test.ts'
const END_TO_END = 'tests/end-to-end/test'

/** All of them, in the order of the issue. */
export const PROOFS: readonly Proof[] = [
  cloneProof,
  suiteProof('schema', [
    {
      claim: 'PostgreSQL 15, every kind restored: same text from pg_dump, schema and data; its SQL script diffs empty',
      files: [`${END_TO_END}/every-kind.test.ts`],
    },
    {
      claim: 'PostgreSQL 13 to 18: made again from the statements, the same definitions in the words of the catalogs',
      files: [ROUND_TRIP],
    },
  ]),
  suiteProof('isolation', [
    {
      claim: 'one table restored by overwrite, then by append: every other table unchanged',
      files: [`${END_TO_END}/restore-leaves-the-rest.test.ts`],
    },
  ]),
  speedProof,
  liveSafetyProof,
  memoryProof(2),
  memoryProof(4),
  killsProof,
  forgetfulProof,
]
