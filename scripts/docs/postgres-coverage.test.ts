import { readFileSync } from 'node:fs'
import { POSTGRES_VERSIONS } from '@dbsnap/test-servers'
import { expect, it } from 'vitest'
import { PINNED_SETTINGS } from '../../packages/adapters/postgres/src/read-point/pinned-settings.ts'
import { everyKind, schemaOf } from '../../packages/adapters/postgres/test/schema-fixture.ts'
import { listFiles, repositoryRoot } from '../checks/source-files.ts'

const page = readFileSync(`${repositoryRoot}/docs/postgres-coverage.md`, 'utf8')

/** What the first column of a section's table names, sorted. */
function namedIn(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const cells = section.matchAll(/^\| (`[^|]*`) \|/gm)
  return [...cells]
    .flatMap(([, cell]) => [...(cell as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name as string))
    .sort()
}

it('names every kind of object that the newest server has, and no other', async () => {
  const newest = POSTGRES_VERSIONS.at(-1) as (typeof POSTGRES_VERSIONS)[number]
  const { document } = await schemaOf(await everyKind(newest))
  expect(namedIn('Kept and restored')).toEqual([...new Set(document.objects.map(({ kind }) => kind))].sort())
})

it('names every warning that a read can give', () => {
  const files = listFiles(
    'packages/adapters/postgres/src/schema/*.ts',
    'packages/adapters/postgres/src/read-point/*.ts',
  )
  const codes = files.flatMap((file) => {
    const source = readFileSync(`${repositoryRoot}/${file}`, 'utf8')
    return [...source.matchAll(/(?:code: |leftOutWarning\(\s*)'([A-Z_]+)'/g)].map(([, code]) => code as string)
  })
  expect([...namedIn('Deliberately left out'), 'VACUUM_HELD_BACK'].sort()).toEqual([...new Set(codes)].sort())
  expect(page).toContain('`VACUUM_HELD_BACK`')
})

it('names the warnings of a restore', () => {
  const source = readFileSync(`${repositoryRoot}/packages/adapters/postgres/src/restore/needed-objects.ts`, 'utf8')
  for (const [, code] of source.matchAll(/'([A-Z_]+_LEFT_OUT)'/g)) expect(page).toContain(`(\`${code}\`)`)
})

it('says what is pinned', () => {
  for (const name of ['row_security', 'search_path', 'bytea_output', 'lc_monetary', 'xmloption']) {
    expect(PINNED_SETTINGS).toHaveProperty(name)
  }
})
