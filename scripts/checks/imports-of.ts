import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'oxc-parser'
import { repositoryRoot } from './source-files.ts'

export interface Import {
  specifier: string
  line: number
}

/** Every module a file names: static, type-only, re-exported and dynamic with a literal. */
export function importsOf(file: string): Import[] {
  const source = readFileSync(path.join(repositoryRoot, file), 'utf8')
  const { module } = parseSync(file, source)
  const at = (offset: number) => source.slice(0, offset).split('\n').length
  const found: Import[] = module.staticImports.map((node) => ({
    specifier: node.moduleRequest.value,
    line: at(node.start),
  }))
  for (const statement of module.staticExports) {
    for (const entry of statement.entries) {
      if (entry.moduleRequest) found.push({ specifier: entry.moduleRequest.value, line: at(statement.start) })
    }
  }
  for (const node of module.dynamicImports) {
    const text = source.slice(node.moduleRequest.start, node.moduleRequest.end)
    const literal = /^(['"`])(.*)\1$/.exec(text)?.[2]
    if (literal !== undefined) found.push({ specifier: literal, line: at(node.start) })
  }
  return found
}
