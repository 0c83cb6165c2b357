import { readFileSync } from 'node:fs'
import path from 'node:path'
import { listFiles, repositoryRoot } from '../checks/source-files.ts'

const DECLARATION =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:class|function\*?|const|interface|type|enum) (\w+)/

/** Names that published packages export, as the frozen lists have them. */
export function publishedNames(): Set<string> {
  const lists = listFiles('tests/package-shape/snapshots/*.txt')
  const names = lists.flatMap(
    (file) => readFileSync(path.join(repositoryRoot, file), 'utf8').match(/\b[A-Za-z_]\w+\b/g) ?? [],
  )
  return new Set(names)
}

/** Exports of a source file, of those names, that no comment stands before; with their lines. */
export function undocumentedExports(source: string, names: ReadonlySet<string>): { name: string; line: number }[] {
  const lines = source.split('\n')
  return lines.flatMap((line, i) => {
    const name = DECLARATION.exec(line)?.[1]
    if (name === undefined || !names.has(name) || lines[i - 1]?.trimEnd().endsWith('*/')) return []
    return [{ name, line: i + 1 }]
  })
}
