import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportNames } from './export-names.ts'

const packagesFolder = path.resolve(import.meta.dirname, '../../../packages')
const folders = [
  'core',
  'adapters/postgres',
  'adapters/mysql',
  'adapters/mongodb',
  'adapters/s3',
  'adapters/aws-kms',
  'adapter-test-kit',
  'cli',
]

describe('the exported names are frozen', () => {
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(path.join(packagesFolder, folder, 'package.json'), 'utf8'))
    it(`${manifest.name}: changed on purpose? then run \`npm run exports:update\` and add a changeset`, async () => {
      const lines: string[] = []
      for (const [entry, target] of Object.entries<Record<string, string>>(manifest.exports)) {
        const source = target['dbsnap:source']
        if (source === undefined) continue
        lines.push(`${path.posix.join(manifest.name, entry)}`)
        lines.push(...exportNames(path.join(packagesFolder, folder, source)).map((name) => `  ${name}`))
      }
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`../snapshots/${path.basename(folder)}.txt`)
    })
  }
})

describe('exportNames', () => {
  it('lists values, types, renames and what `export *` brings along', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'dbsnap-exports-'))
    mkdirSync(path.join(folder, 'inner'))
    writeFileSync(path.join(folder, 'inner/b.ts'), 'export class B {}\nexport interface C {}\nexport type D = 1\n')
    writeFileSync(
      path.join(folder, 'a.ts'),
      "export * from './inner/b.ts'\nexport { B as Z, type C as Y } from './inner/b.ts'\nexport const x = 1, y = 2\nexport function f() {}\n",
    )
    expect(exportNames(path.join(folder, 'a.ts'))).toEqual(['B', 'Z', 'f', 'type C', 'type D', 'type Y', 'x', 'y'])
  })
})
