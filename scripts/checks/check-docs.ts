/**
 * Documentation is executed: snippets compile, commands parse against the real program, links lead somewhere, and
 * what hints and comments name exists. Everything that a package exports says what it is.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { commandFault, commandNames, usageFaults } from '../docs/command-fault.ts'
import { linkFault, missingDocuments } from '../docs/link-fault.ts'
import { type Markdown, readMarkdown } from '../docs/markdown.ts'
import { examplesOf, type Snippet, typeCheckSnippets } from '../docs/type-check-snippets.ts'
import { publishedNames, undocumentedExports } from '../docs/undocumented-exports.ts'
import { listFiles, repositoryRoot } from './source-files.ts'

const documents = listFiles(
  '*.md',
  'docs/**/*.md',
  'packages/**/*.md',
  'examples/**/*.md',
  'fixtures/*.md',
  'bench/*.md',
)
const sources = listFiles('packages/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts', 'tests/**/*.ts')
const faults: string[] = []
const snippets: Snippet[] = []
let commands = 0
let links = 0

/** Whole commands: lines of blocks, and code spans that begin with the program's name. */
function commandsOf({ blocks, spans }: Markdown): { text: string; line: number }[] {
  const lines = blocks
    .filter(({ language }) => language === '' || language === 'sh')
    .flatMap(({ text, line }) => text.split('\n').map((content, i) => ({ text: content, line: line + i })))
  return [...lines, ...spans]
    .map(({ text, line }) => ({ text: text.replace(/^\s*(?:\$ )?(?:npx )?/, ''), line }))
    .filter(({ text }) => /^dbsnap [a-z-]/.test(text) && !text.includes('...'))
}

for (const file of documents) {
  const place = path.join(repositoryRoot, file)
  const markdown = readMarkdown(readFileSync(place, 'utf8'))
  for (const { language, text, line } of markdown.blocks) if (language === 'ts') snippets.push({ file, line, text })
  for (const { text, line } of markdown.links) {
    links += 1
    const fault = linkFault(place, text)
    if (fault !== undefined) faults.push(`${file}:${line}  ${fault}`)
  }
  for (const { text, line } of commandsOf(markdown)) {
    commands += 1
    const fault = await commandFault(text)
    if (fault !== undefined) faults.push(`${file}:${line}  ${text}: ${fault}`)
  }
}

const [commandTable = ''] = readFileSync(path.join(repositoryRoot, 'docs/cli.md'), 'utf8').split('\n## ')
const usages = commandTable.split('\n').flatMap((row) => /^\| `([a-z-]+(?: [^`]*)?)` \|/.exec(row)?.[1] ?? [])
for (const usage of usages) faults.push(...usageFaults(usage).map((fault) => `docs/cli.md  ${fault}`))
for (const name of commandNames()) {
  if (!usages.some((usage) => `${usage} `.startsWith(`${name} `)))
    faults.push(`docs/cli.md  ${name} is not in the table`)
}

const names = publishedNames()
for (const file of sources) {
  const source = readFileSync(path.join(repositoryRoot, file), 'utf8')
  if (/^packages\/.*src\//.test(file) && !file.endsWith('.test.ts')) {
    for (const { name, line } of undocumentedExports(source, names))
      faults.push(`${file}:${line}  ${name} has no comment`)
  }
  snippets.push(...(file.startsWith('packages/') ? examplesOf(file, source) : []))
  for (const document of missingDocuments(repositoryRoot, source))
    faults.push(`${file}  names ${document}, which is not there`)
  for (const [, text] of source.matchAll(/`(dbsnap [a-z][^`$\\]*)\\?`/g)) {
    if (text?.includes('...')) continue
    commands += 1
    const fault = await commandFault(text as string)
    if (fault !== undefined) faults.push(`${file}  ${text}: ${fault}`)
  }
}
faults.push(...typeCheckSnippets(snippets))

for (const fault of faults) console.error(fault)
console.log(
  `documents: ${documents.length}, with ${snippets.length} snippets, ${commands} commands and ${links} links, ${faults.length} faults`,
)
process.exitCode = faults.length > 0 ? 1 : 0
