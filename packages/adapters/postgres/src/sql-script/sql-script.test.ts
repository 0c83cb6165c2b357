import { expect, it } from 'vitest'
import { sqlScript } from './sql-script.ts'

it('names a table as its schema does, whatever dots are in the names', async () => {
  const table = 'my.schema.my.table'
  const script = sqlScript({
    snapshot: {
      id: '0'.repeat(32),
      source: { details: {} },
      collections: [
        {
          layout: {
            name: table,
            format: 'copy-text',
            encoding: 'utf-8',
            columns: [{ name: 'id', type: 'integer', shape: 'number', equality: 'bytes' }],
            key: [],
          },
        },
      ],
    },
    schema: {
      version: 1,
      engine: 'postgres',
      objects: [
        {
          kind: 'table',
          name: table,
          collection: table,
          definition: {},
          state: { drop: 'DROP TABLE "my.schema"."my.table"' },
          dependsOn: [],
          section: 'pre-data',
          statements: ['CREATE TABLE "my.schema"."my.table" (id integer)'],
        },
      ],
    },
    async *records() {
      yield Buffer.from('1\n')
    },
  })
  const pieces: Buffer[] = []
  for await (const piece of script) pieces.push(piece)
  expect(Buffer.concat(pieces).toString()).toContain('\nCOPY "my.schema"."my.table" ("id") FROM STDIN')
})
