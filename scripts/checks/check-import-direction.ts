/** Fails when a file imports against the direction in `import-rules.ts`, and says why that direction is the rule. */
import path from 'node:path'
import { coreLayers, packageRules } from './import-rules.ts'
import { importsOf } from './imports-of.ts'
import { listFiles } from './source-files.ts'

const coreSources = 'packages/core/src/'
/** Build settings may reach the one shared recipe; everything else stays inside its package. */
const sharedSettings = /^scripts\/|(^|\/)(tsup|vitest)\.config\.ts$/
/**
 * The one way from a package into another by path: core's tests stand on the kit's in-memory database. By name it
 * would be a dependency of core on the kit, and the build refuses package cycles; a second copy would drift.
 */
const coreFakes = { from: /^packages\/core\/test\/support\//, to: /^packages\/adapter-test-kit\/src\/fakes\// }

function packageFolder(file: string): string {
  const match = /^(packages\/adapters\/[^/]+|packages\/[^/]+|tests\/[^/]+|examples\/[^/]+|bench)\//.exec(file)
  return match?.[1] ?? ''
}

function layerOf(file: string): string | undefined {
  const [first, ...rest] = file.slice(coreSources.length).split('/')
  return rest.length > 0 ? first : undefined
}

function relativeFault(file: string, specifier: string): string | undefined {
  const target = path.posix.join(path.posix.dirname(file), specifier)
  if (coreFakes.from.test(file) && coreFakes.to.test(target)) return undefined
  if (packageFolder(target) !== packageFolder(file) && !sharedSettings.test(file)) {
    return 'a package imports another by its published name, so that its `exports` stay the whole truth'
  }
  if (!file.startsWith(coreSources) || file.endsWith('.test.ts') || !target.startsWith(coreSources)) return undefined
  const from = layerOf(file)
  const to = layerOf(target)
  if (from === undefined || from === to) return undefined
  const rule = coreLayers[from]
  if (rule === undefined) return `the folder \`${from}\` has no rule yet: add it to scripts/checks/import-rules.ts`
  if (to !== undefined && rule.mayImport.includes(to)) return undefined
  return `\`${from}\` must not import \`${to ?? 'the composition root'}\`: ${rule.reason}`
}

function packageFault(file: string, specifier: string): string | undefined {
  if (!/^(@dbsnap\/|dbsnap(\/|$))/.test(specifier)) return undefined
  const rule = packageRules.find((candidate) => candidate.folders.test(file))
  return rule === undefined || rule.allowed.test(specifier) ? undefined : rule.reason
}

let faults = 0
const files = listFiles('packages/**/*.ts', 'tests/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts')
for (const file of files) {
  for (const { specifier, line } of importsOf(file)) {
    const fault = specifier.startsWith('.') ? relativeFault(file, specifier) : packageFault(file, specifier)
    if (fault === undefined) continue
    faults += 1
    console.error(`${file}:${line}  imports '${specifier}': ${fault}`)
  }
}
console.log(`import direction: ${files.length} files, ${faults} faults`)
process.exitCode = faults > 0 ? 1 : 0
