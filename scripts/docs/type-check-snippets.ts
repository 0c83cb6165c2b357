import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { repositoryRoot } from '../checks/source-files.ts'

/** A piece of TypeScript in a document or a comment. */
export interface Snippet {
  /** Relative to the repository's root. */
  readonly file: string
  readonly line: number
  readonly text: string
}

/** What snippets may use without saying where it comes from: what a reader has anyway. */
const PRELUDE = `
import type { ProgressListener, Repository, Snapshot } from '@dbsnap/core'
declare global {
  const passphrase: string
  /** A database, and an empty one. */
  const url: string
  const emptyUrl: string
  const signal: AbortSignal
  const onProgress: ProgressListener
  const from: number
  const limit: number
  const show: (thing: unknown) => void
  const repository: Repository
  const before: Snapshot
}
`

/** The examples of comments import nothing: what they show is what they stand beside. */
const EXAMPLE_HEAD = [
  `import { folder, matchesName, memory, Repository } from '@dbsnap/core'`,
  `import { awsKms } from '@dbsnap/aws-kms'`,
  `import { mongodb } from '@dbsnap/mongodb'`,
  `import { mysql } from '@dbsnap/mysql'`,
  `import { s3 } from '@dbsnap/s3'`,
  `import { postgres } from '@dbsnap/postgres'`,
  `import { FaultSchedule, ForgetfulFileSystem, ManualClock, MemoryDatabase, SeededRandom, atEveryStep, bitFlippingStore, faultyStore } from '@dbsnap/adapter-test-kit'`,
  `import { describeDatabaseSource, describeDatabaseTarget, describeObjectStore } from '@dbsnap/adapter-test-kit/vitest'`,
].join('; ')

/** Compiles all snippets at once, each a module of its own; the compiler's complaints, at the places in the documents. */
export function typeCheckSnippets(snippets: readonly Snippet[]): string[] {
  const parent = path.join(repositoryRoot, 'node_modules/.cache')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(path.join(parent, 'doc-snippets-'))
  try {
    const names = snippets.map((_, i) => `snippet-${i}.ts`)
    for (const [i, snippet] of snippets.entries())
      writeFileSync(path.join(folder, names[i] as string), moduleOf(snippet))
    writeFileSync(path.join(folder, 'prelude.d.ts'), PRELUDE)
    const settings = { extends: path.join(repositoryRoot, 'tsconfig.base.json'), files: ['prelude.d.ts', ...names] }
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(settings))
    const compiler = path.join(repositoryRoot, 'node_modules/.bin/tsc')
    const { status, stdout } = spawnSync(compiler, ['-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const faults = stdout.split('\n').flatMap((line) => placed(line, snippets))
    return status !== 0 && faults.length === 0 ? [stdout] : faults
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function moduleOf({ file, text }: Snippet): string {
  // On the first line, so that lines keep their numbers.
  return file.endsWith('.md') ? text : `${EXAMPLE_HEAD}; ${text}`
}

function placed(line: string, snippets: readonly Snippet[]): string[] {
  const match = /snippet-(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(line)
  const snippet = snippets[Number(match?.[1])]
  return match === null || snippet === undefined
    ? []
    : [`${snippet.file}:${snippet.line + Number(match[2]) - 1}  ${match[3]}`]
}

/** The examples of a source file's comments: what follows `@example`, and fenced blocks of `ts`. */
export function examplesOf(file: string, source: string): Snippet[] {
  const examples: Snippet[] = []
  for (const comment of source.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const first = source.slice(0, comment.index).split('\n').length
    const lines = comment[0].split('\n').map((line) => line.replace(/\s*\*\/$/, '').replace(/^\s*\/?\*+ ?/, ''))
    let open: { line: number; lines: string[]; fenced: boolean } | undefined
    const end = (): void => {
      if (open?.lines.some((line) => line.trim() !== '')) {
        examples.push({ file, line: open.line, text: open.lines.join('\n') })
      }
      open = undefined
    }
    for (const [i, line] of lines.entries()) {
      const example = /^@example(.*)$/.exec(line)?.[1]
      if (line.startsWith('```')) {
        const begins = open === undefined || !open.fenced
        end()
        if (begins && line === '```ts') open = { line: first + i + 1, lines: [], fenced: true }
      } else if (example !== undefined) {
        end()
        open = { line: first + i, lines: [example], fenced: false }
      } else if (open !== undefined) {
        if (!open.fenced && line.startsWith('@')) end()
        else open.lines.push(line)
      }
    }
    end()
  }
  return examples
}
