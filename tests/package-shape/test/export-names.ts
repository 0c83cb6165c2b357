import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'oxc-parser'

/** Names a module exports, types marked, with `export *` from its own package followed to the source. */
export function exportNames(file: string): string[] {
  const { module, errors } = parseSync(file, readFileSync(file, 'utf8'))
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  const names = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry) => {
      const from = entry.moduleRequest?.value
      if (entry.exportName.kind === 'None') {
        if (!from?.startsWith('.')) return [`* from ${from}`]
        return exportNames(path.resolve(path.dirname(file), from))
      }
      const name = entry.exportName.name ?? 'default'
      return [entry.isType ? `type ${name}` : name]
    }),
  )
  return [...new Set(names)].sort()
}
