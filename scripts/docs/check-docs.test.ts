import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { repositoryRoot } from '../checks/source-files.ts'
import { commandFault, usageFaults } from './command-fault.ts'
import { linkFault, missingDocuments } from './link-fault.ts'
import { readMarkdown } from './markdown.ts'
import { examplesOf, typeCheckSnippets } from './type-check-snippets.ts'
import { publishedNames, undocumentedExports } from './undocumented-exports.ts'

describe('a document', () => {
  it('is read into blocks, spans, links and anchors', () => {
    const text =
      '# A `b` & c\n## Twice\n## Twice\n[x](y.md "title") `[no](link)`\n```ts\nconst a = 1\n[no](link)\n```\n<img src="z.svg">\n'
    const { blocks, spans, links, anchors } = readMarkdown(text)
    expect(blocks).toEqual([{ language: 'ts', text: 'const a = 1\n[no](link)', line: 6 }])
    expect(spans.map((span) => span.text)).toEqual(['b', '[no](link)'])
    expect(links).toEqual([
      { text: 'y.md', line: 4 },
      { text: 'z.svg', line: 9 },
    ])
    expect([...anchors]).toEqual(['a-b--c', 'twice', 'twice-1'])
  })
})

describe('a command', () => {
  it.each([
    'dbsnap take postgres://u@h/d --tag release=42 --max-rate 20 # a comment',
    "dbsnap diff latest 'shop:latest' --kind added,removed --limit 5 | head",
    'dbsnap restore latest --to postgres://u@h/d --mode overwrite --no-safety --yes > out.txt',
    'dbsnap check --read-data-subset 5%',
    'dbsnap check',
    'dbsnap diff',
    'dbsnap --help',
  ])('%s is right', async (line) => {
    expect(await commandFault(line)).toBeUndefined()
  })

  it.each([
    ['dbsnap squash', 'unknown command'],
    ['dbsnap take url --rate 20', 'unknown option'],
    ['dbsnap diff latest url --kind moved', '--kind takes one of'],
    ['dbsnap restore latest --mode create', "required option '--to"],
    ['dbsnap take url more', 'too many arguments'],
    ['dbsnap diff latest --summary', "missing required argument 'b'"],
  ])('%s is wrong: %s', async (line, reason) => {
    expect(await commandFault(line)).toContain(reason)
  })

  it('is shown with the options it has', () => {
    expect(usageFaults('check [--read-data | --read-data-subset n%] [--repair-index]')).toEqual([])
    expect(usageFaults('check [--read-data] [--fast]')).toEqual([
      'check has --read-data-subset, which is not shown',
      'check has --repair-index, which is not shown',
      'check has no --fast',
    ])
    expect(usageFaults('squash')).toEqual(['there is no command squash'])
  })
})

describe('a link', () => {
  it('leads to a file, and to a heading in it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'dbsnap-links-'))
    try {
      writeFileSync(path.join(folder, 'a.md'), '# Here\n')
      const from = path.join(folder, 'b.md')
      writeFileSync(from, '## There\n')
      for (const good of ['a.md', 'a.md#here', '#there', '.', 'https://example.org/nowhere']) {
        expect(linkFault(from, good)).toBeUndefined()
      }
      expect(linkFault(from, 'c.md')).toContain('no file')
      expect(linkFault(from, 'a.md#there')).toContain('no heading')
      expect(linkFault(from, '#here')).toContain('no heading')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('of a comment leads to a document', () => {
    const comment = 'docs/decisions/0004, docs/decisions/9999, docs/format/repository-format.md, docs/nothing.md, docs/'
    expect(missingDocuments(repositoryRoot, comment)).toEqual(['docs/decisions/9999', 'docs/nothing.md'])
  })
})

describe('a snippet', () => {
  it('compiles, or is reported at its place', () => {
    const good = `import { folder, Repository } from '@dbsnap/core'\nawait Repository.open(folder('x'), { passphrase })`
    const bad = 'const n: number = 1\nrepository.take(emptyUrl)'
    const faults = typeCheckSnippets([
      { file: 'good.md', line: 1, text: good },
      { file: 'bad.md', line: 10, text: bad },
    ])
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^bad\.md:11 {2}error TS2345/)
  })

  it('is found in a comment', () => {
    const source = [
      '/**',
      ' * Opens.',
      ' *',
      ' * @example',
      ' * open(1)',
      ' * open(2)',
      ' * @returns it',
      ' */',
      '/** @example one() */',
      '/**',
      ' * ```ts',
      ' * fenced()',
      ' * ```',
      ' * more',
      ' */',
      '/** none */',
    ].join('\n')
    expect(examplesOf('a.ts', source)).toEqual([
      { file: 'a.ts', line: 4, text: '\nopen(1)\nopen(2)' },
      { file: 'a.ts', line: 9, text: ' one()' },
      { file: 'a.ts', line: 12, text: 'fenced()' },
    ])
  })
})

it('an export without a comment is found', () => {
  const source = '/** Said. */\nexport function said() {}\n\nexport const unsaid = 1\nexport type Other = 1\n'
  expect(undocumentedExports(source, new Set(['said', 'unsaid']))).toEqual([{ name: 'unsaid', line: 4 }])
  expect(publishedNames()).toContain('Repository')
})
