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
  ],
  { DBSNAP_KEY_CHANGES: 'full' },
)
