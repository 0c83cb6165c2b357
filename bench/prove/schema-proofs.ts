import { suiteProof } from './suite-proof.ts'

const ADAPTERS = 'packages/adapters'
const END_TO_END = 'tests/end-to-end/test'

/** PostgreSQL with every kind it has. */
export const schemaProof = suiteProof('schema', [
  {
    claim: 'PostgreSQL 15, every kind restored: same text from pg_dump, schema and data; its SQL script diffs empty',
    files: [`${END_TO_END}/every-kind.test.ts`],
  },
  {
    claim: 'PostgreSQL 13 to 18: made again from the statements, the same definitions in the words of the catalogs',
    files: [`${ADAPTERS}/postgres/test/schema-round-trip.test.ts`],
  },
])

export const isolationProof = suiteProof('isolation', [
  {
    claim: 'one table restored by overwrite, then by append: every other table unchanged',
    files: [`${END_TO_END}/restore-leaves-the-rest.test.ts`],
  },
])

/** MySQL and MariaDB with every kind they have. */
export const mysqlSchemaProof = suiteProof('mysql-schema', [
  {
    claim: 'MySQL 9.7, every kind restored into an empty database: SHOW CREATE of each object and every record equal',
    files: [`${ADAPTERS}/mysql/test/schema-round-trip.test.ts`],
    test: 'a database with every kind of object, on mysql',
  },
  {
    claim: 'MariaDB, every kind restored into an empty database: SHOW CREATE of each object and every record equal',
    files: [`${ADAPTERS}/mysql/test/schema-round-trip.test.ts`],
    test: 'a database with every kind of object, on mariadb',
  },
  {
    claim: 'MariaDB, every kind restored into an empty database: mysqldump of both is the same text',
    files: [`${ADAPTERS}/mysql/test/schema-round-trip.test.ts`],
    test: 'a MariaDB database with every kind of object has the same text',
  },
])

/** MongoDB with every kind it has. */
export const mongodbSchemaProof = suiteProof('mongodb-schema', [
  {
    claim: 'MongoDB, every BSON type, option and index kind restored: listCollections, listIndexes, documents equal',
    files: [`${ADAPTERS}/mongodb/test/every-kind.test.ts`],
  },
])
