import { expect, it } from 'vitest'
import { create, writing } from '../../test/object-layer.ts'
import { memory } from '../stores/memory-store.ts'
import type { SchemaObject } from '../values/schema.ts'
import { DOCUMENT, writeDocument } from './documents.ts'
import { readSchema, readSchemaObjects, writeSchema } from './schema-document.ts'
import { writeText } from './stored-text.ts'

const object = (n: number): SchemaObject => ({
  kind: 'table',
  name: `public.${n}`,
  definition: { comment: 'two\nlines, ünd ]}' },
  dependsOn: ['schema:public'],
  section: 'pre-data',
  statements: [`create table "${n}" ()`.repeat(100)],
})

const schema = (count: number) =>
  ({ version: 1, engine: 'postgres', objects: Array.from({ length: count }, (_, n) => object(n)) }) as const

it.each([0, 1, 2000])(
  'a schema of %i objects is read as it was written, as a whole and object by object',
  async (n) => {
    const repository = await create(memory())
    const ids = await writing(repository, (writer) => writeSchema(writer, schema(n)))
    expect(ids.length).toBe(n > 1 ? 5 : 1)
    expect(await readSchema(repository.reader, ids)).toEqual(schema(n))
    const objects: SchemaObject[] = []
    for await (const one of readSchemaObjects(repository.reader, ids)) objects.push(one)
    expect(objects).toEqual(schema(n).objects)
  },
)

it('a schema on one line is one as well', async () => {
  const repository = await create(memory())
  const ids = await writing(repository, (writer) => writeDocument(writer, schema(2)))
  expect(await readSchema(repository.reader, ids)).toEqual(schema(2))
})

it.each([
  ['nothing at all', ''],
  ['no JSON', '{"version":1,"objects":[\nx\n]}'],
  ['a schema without its end', '{"version":1,"objects":[\n{}'],
])('%s is damage', async (_, text) => {
  const repository = await create(memory())
  const ids = await writing(repository, (writer) => writeText(writer, DOCUMENT, [text]))
  await expect(readSchema(repository.reader, ids)).rejects.toMatchObject({ code: 'DAMAGED' })
})
