import { readFileSync } from 'node:fs'
import path from 'node:path'
import { listFiles, repositoryRoot } from './source-files.ts'

export interface PublishedPackage {
  name: string
  /** Absolute path of the package's folder. */
  folder: string
  /** Entry as it stands in `exports` (`.`, `./ports`) → absolute path of its TypeScript source. */
  entries: Map<string, string>
}

/** The workspaces that go to the registry: everything under `packages/` that is not private. */
export function publishedPackages(): PublishedPackage[] {
  return listFiles('packages/*/package.json', 'packages/adapters/*/package.json').flatMap((file) => {
    const manifest = JSON.parse(readFileSync(path.join(repositoryRoot, file), 'utf8'))
    if (manifest.private) return []
    const folder = path.join(repositoryRoot, path.dirname(file))
    const entries = new Map<string, string>()
    for (const [entry, target] of Object.entries<Record<string, string>>(manifest.exports ?? {})) {
      const source = target['dbsnap:source']
      if (source) entries.set(entry, path.join(folder, source))
    }
    return [{ name: manifest.name, folder, entries }]
  })
}
