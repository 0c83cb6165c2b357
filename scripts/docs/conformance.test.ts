import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import {
  DATABASE_SOURCE_LAWS,
  DATABASE_TARGET_LAWS,
  OBJECT_STORE_LAWS,
} from '../../packages/adapter-test-kit/src/index.ts'
import { listFiles, repositoryRoot } from '../checks/source-files.ts'

const page = readFileSync(`${repositoryRoot}/docs/conformance.md`, 'utf8')

/** The rows of a section's table, as the texts of their cells. */
function rowsOf(heading: string): string[][] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const wordsIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word as string)

/** Every test that holds an adapter to laws: its workspace and its text. */
const proofs = listFiles('packages/*.test.ts', 'tests/*.test.ts')
  .map((file) => ({
    workspace: file.slice(0, file.indexOf('/test/')),
    text: readFileSync(`${repositoryRoot}/${file}`, 'utf8'),
  }))
  .filter(({ text }) => /\bdescribe(ObjectStore|DatabaseSource|DatabaseTarget)\(/.test(text))

it('names every law, and no other', () => {
  const lists = [OBJECT_STORE_LAWS, DATABASE_SOURCE_LAWS, DATABASE_TARGET_LAWS]
  expect(rowsOf('Laws').map(([, count, names]) => [Number(count), wordsIn(names as string)])).toEqual(
    lists.map((laws) => [laws.length, laws.map(({ name }) => name)]),
  )
})

it('counts who is tested', () => {
  const counted = new Map<string, number[]>()
  for (const { workspace, text } of proofs) {
    const counts = counted.get(workspace) ?? [0, 0, 0]
    const found = ['ObjectStore', 'DatabaseSource', 'DatabaseTarget'].map(
      (kind) => text.split(`describe${kind}(`).length - 1,
    )
    counted.set(
      workspace,
      counts.map((count, i) => count + (found[i] as number)),
    )
  }
  const told = rowsOf('Who is tested').map(([who, ...counts]) => [who?.slice(1, -1), counts.slice(0, 3).map(Number)])
  expect(told).toEqual([...counted].sort(([a], [b]) => (a < b ? -1 : 1)))
})

it('names every opt-out', () => {
  const optedOut = proofs.flatMap(({ workspace, text }) =>
    [...text.matchAll(/optOuts: \{([^}]*)\}/g)].flatMap(([, list]) =>
      [...(list as string).matchAll(/'([a-z-]+)':/g)].map(([, law]) => `${workspace} ${law}`),
    ),
  )
  // No other form of opting out escapes the count.
  expect(proofs.reduce((sum, { text }) => sum + text.split('optOuts').length - 1, 0)).toBe(optedOut.length)
  const told = rowsOf('Opt-outs').map(([who, law]) => `${wordsIn(who as string)[0]} ${wordsIn(law as string)[0]}`)
  expect(told.sort()).toEqual(optedOut.sort())
})
