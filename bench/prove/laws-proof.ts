import { suiteProof } from './suite-proof.ts'

const ADAPTERS = 'packages/adapters'
const MYSQL = `${ADAPTERS}/mysql/test`

/** What every adapter promises, and the every-type law by both ways in which records get into MySQL and MariaDB. */
export const lawsProof = suiteProof('laws', [
  { claim: 'all conformance laws: PostgreSQL', files: [`${ADAPTERS}/postgres/test/conformance.test.ts`] },
  { claim: 'all conformance laws: MySQL 9.7 and MariaDB', files: [`${MYSQL}/conformance.test.ts`] },
  {
    claim: 'all conformance laws: MongoDB, a replica set and a standalone, with its one opt-out refused',
    files: [`${ADAPTERS}/mongodb/test/conformance.test.ts`],
  },
  {
    claim: 'the list of laws and opt-outs stands in the docs, counted',
    files: ['scripts/docs/conformance.test.ts', 'packages/adapter-test-kit/src/conformance/law-manifest.test.ts'],
  },
  ...(['mysql', 'mariadb'] as const).flatMap((flavour) =>
    (['LOAD DATA', 'INSERT'] as const).map((way) => ({
      claim: `every type, on ${flavour === 'mysql' ? 'MySQL 9.7' : 'MariaDB'} by ${way}`,
      files: [`${MYSQL}/conformance.test.ts`, `${MYSQL}/changes.test.ts`],
      test:
        `(mysql\\(\\) on ${flavour}, by ${way} .*created-equals-source` +
        `|differences written to ${flavour} .*are exact .* by ${way})`,
    })),
  ),
])
