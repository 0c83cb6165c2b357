import path from 'node:path'
import { coreLayers, packageRules } from './import-rules.ts'

const coreSources = 'packages/core/src/'
/** Build settings may reach the one shared recipe; everything else stays inside its package. */
const sharedSettings = /^scripts\/|(^|\/)(tsup|vitest)\.config\.ts$/

/**
 * The one door between packages that is not a published name: core's tests use the kit's in-memory database, and a
 * dependency on the kit would be a package cycle. The kit stands on core's ports, errors and values alone.
 */
const doors = new Map([['packages/core/test/support/memory-database.ts', 'packages/adapter-test-kit/src/fakes/']])

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
  const door = doors.get(file)
  if (door !== undefined && target.startsWith(door)) return undefined
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

/** Why `file` (relative to the repository's root) may not import `specifier`; nothing when it may. */
export function importFault(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? relativeFault(file, specifier) : packageFault(file, specifier)
}
