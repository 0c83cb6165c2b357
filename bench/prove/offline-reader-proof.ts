import { suiteProof } from './suite-proof.ts'

const FILES = ['packages/cli/test/read-repository.test.ts']

/** What the format pages alone are enough for: a reader that shares nothing with the product. */
export const offlineReaderProof = suiteProof('offline-reader', [
  {
    claim: 'without the product: every record of PostgreSQL, MySQL, MariaDB and MongoDB, from deltas and segments',
    files: FILES,
    test: '(PostgreSQL|mysql|mariadb|MongoDB).*deltas, segments',
  },
  {
    claim: 'without the product: by recovery key, key file and master key, and nothing by a wrong secret',
    files: FILES,
    test: '(secrets that were drawn at random|with the committed repositories.*refuses)',
  },
  {
    claim: 'without the product: what is damaged is counted and left out, all else is read',
    files: FILES,
    test: '(a repository of our own|with the committed repositories.*lists)',
  },
])
