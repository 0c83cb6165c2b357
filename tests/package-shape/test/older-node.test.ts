import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const packagesFolder = path.resolve(import.meta.dirname, '../../../packages')
/** Names that Node 20 lacks. Imported by name they end the program before it can say which Node it needs. */
const NEWER = /\bzstd\w+|\bisMarkedAsUntransferable\b|\bargon2\w*/
const NAMED_IMPORT = /^import \{([^}]*)\} from 'node:/gm

it('no package imports by name what an older Node lacks', () => {
  const files = globSync('{*,adapters/*}/src/**/*.ts', { cwd: packagesFolder })
  const faults = files.filter((file) => {
    const source = readFileSync(path.join(packagesFolder, file), 'utf8')
    return [...source.matchAll(NAMED_IMPORT)].some(([, names = '']) => NEWER.test(names))
  })
  expect(files.length).toBeGreaterThan(100)
  expect(faults).toEqual([])
})
