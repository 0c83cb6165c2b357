import { readFileSync } from 'node:fs'
import { mongoUnavailable, sharedMongo } from '@dbsnap/test-servers'
import { expect, it } from 'vitest'
import { mongodb } from '../../packages/adapters/mongodb/src/index.ts'
import { fillDatabase } from '../../packages/adapters/mongodb/test/every-kind.ts'
import { listFiles, repositoryRoot } from '../checks/source-files.ts'

const page = readFileSync(`${repositoryRoot}/docs/mongodb-coverage.md`, 'utf8')

/** What the first column of a section's table names, sorted. */
function namedIn(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]*)` \|/gm)].map(([, name]) => name as string).sort()
}

it.skipIf(await mongoUnavailable())('names every kind of object that the server has, and no other', async () => {
  const url = (await sharedMongo()).url()
  await fillDatabase(url)
  const point = await mongodb(url).openReadPoint({ concurrency: 1, onWarning: () => {} })
  await point.close()
  expect(namedIn('Kept and restored')).toEqual([...new Set([...point.schema.objects].map(({ kind }) => kind))].sort())
})

it('names every warning that a read can give', () => {
  const files = listFiles('packages/adapters/mongodb/src/read-point/*.ts')
  const codes = files.flatMap((file) => {
    const source = readFileSync(`${repositoryRoot}/${file}`, 'utf8')
    return [...source.matchAll(/(?:code: |say\(\s*)'([A-Z_]+)'/g)].map(([, code]) => code as string)
  })
  expect([...namedIn('Deliberately left out'), 'NOT_ONE_MOMENT'].sort()).toEqual([...new Set(codes)].sort())
  expect(page).toContain('`NOT_ONE_MOMENT`')
})
