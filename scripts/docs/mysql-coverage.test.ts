import { readFileSync } from 'node:fs'
import { canStartMysql, MYSQL_FLAVOURS } from '@dbsnap/test-servers'
import { expect, it } from 'vitest'
import { PINNED_SETTINGS } from '../../packages/adapters/mysql/src/connection/pinned-settings.ts'
import { mysql } from '../../packages/adapters/mysql/src/index.ts'
import { everyKind } from '../../packages/adapters/mysql/test/every-kind.ts'
import { testDatabase } from '../../packages/adapters/mysql/test/test-database.ts'
import { listFiles, repositoryRoot } from '../checks/source-files.ts'

const page = readFileSync(`${repositoryRoot}/docs/mysql-coverage.md`, 'utf8')

/** What the first column of a section's table names, sorted. */
function namedIn(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| (`[^|]*`) \|/gm)]
    .flatMap(([, cell]) => [...(cell as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name as string))
    .sort()
}

const sources = (...folders: string[]): string =>
  listFiles(...folders.map((folder) => `packages/adapters/mysql/src/${folder}/*.ts`))
    .map((file) => readFileSync(`${repositoryRoot}/${file}`, 'utf8'))
    .join('\n')

it.skipIf(!canStartMysql())('names every kind of object that the servers have, and no other', async () => {
  const kinds = new Set<string>()
  for (const flavour of MYSQL_FLAVOURS) {
    const database = await testDatabase(flavour)
    await database.sql(...everyKind(flavour))
    const point = await mysql(database.url).openReadPoint({ concurrency: 1, onWarning: () => {} })
    for (const { kind } of point.schema.objects) kinds.add(kind)
    await point.close()
    await database.close()
  }
  expect(namedIn('Kept and restored')).toEqual([...kinds].sort())
})

it('names every warning that a read can give', () => {
  const codes = [...sources('schema', 'read-point').matchAll(/code: '([A-Z_]+)'/g)].map(([, code]) => code as string)
  expect(namedIn('Warnings')).toEqual([...new Set(codes)].sort())
})

it('names the warnings of a restore', () => {
  const codes = [...sources('restore').matchAll(/'([A-Z_]+_LEFT_OUT)'/g)].map(([, code]) => code as string)
  for (const code of codes) expect(page).toContain(`\`${code}\``)
})

it('names every lock that a read point may be had by, and what is pinned', () => {
  const text = sources('read-point')
  const [, union = ''] = /type ReadLock = (.*)/.exec(text) ?? []
  for (const [, lock] of union.matchAll(/'([^']+)'/g)) expect(page).toContain(`\`${lock}\``)
  for (const name of ['sql_mode', 'time_zone', 'max_sort_length']) expect(PINNED_SETTINGS).toHaveProperty(name)
})
