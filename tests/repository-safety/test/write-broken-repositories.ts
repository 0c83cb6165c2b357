/**
 * Writes `fixtures/shop-repositories/` anew: `npm run fixtures --workspace @dbsnap/repository-safety -- --overwrite`. Only before
 * the first release of a format version: what is committed there proves that what was broken then is still told so.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BROKEN_REPOSITORIES, makeBrokenRepositories } from '../src/broken-repositories.ts'

if (process.argv.includes('--overwrite')) {
  await rm(BROKEN_REPOSITORIES, { recursive: true, force: true })
  for (const [name, store] of await makeBrokenRepositories()) {
    for await (const { key } of store.list('')) {
      const path = join(BROKEN_REPOSITORIES, name, key)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, await store.get(key))
    }
  }
} else {
  console.error('This replaces the committed broken repositories. If that is meant, pass --overwrite.')
  process.exitCode = 2
}
