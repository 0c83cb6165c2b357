import { suiteProof } from './suite-proof.ts'

const SAFETY = ['tests/repository-safety/test/key-changes.test.ts']

/** What becomes of a repository when secrets are lost, changed, or changed by two at once. */
export const keysProof = suiteProof(
  'keys',
  [
    {
      claim: 'a forgotten passphrase with the recovery key at hand loses nothing',
      files: [...SAFETY, 'packages/cli/test/keys.test.ts'],
      test: 'a forgotten passphrase',
    },
    {
      claim: 'with no slot left nothing can be read, and the last one goes only for a word',
      files: [...SAFETY, 'packages/cli/test/keys.test.ts'],
      test: '(with no slot left|the last slot goes only)',
    },
    {
      claim: 'a change of keys that dies before or after any call leaves the old or the new secret',
      files: SAFETY,
      test: 'a change of keys whose store dies at any call',
    },
    {
      claim: 'two changes of keys at once, in 4 096 orders of their calls, never leave none',
      files: SAFETY,
      test: 'two changes of keys at once',
    },
    {
      claim: 'a forgotten passphrase with AWS KMS at hand loses nothing; a slot of KMS opens no other repository',
      files: ['packages/adapters/aws-kms/test/aws-kms.test.ts'],
      test: '(when the passphrase is forgotten|binds what it wraps)',
    },
    {
      claim:
        'a key of AWS KMS that is disabled, being deleted, denied or out of reach says so and locks out no other secret',
      files: ['packages/adapters/aws-kms/test/aws-kms.test.ts'],
      test: '(disabled or being deleted|Exception is|does not answer)',
    },
  ],
  { DBSNAP_KEY_CHANGES: 'full' },
)
