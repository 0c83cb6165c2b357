/** Fails when a file imports against the direction in `import-rules.ts`, and says why that direction is the rule. */
import { importFault } from './import-fault.ts'
import { importsOf } from './imports-of.ts'
import { listFiles } from './source-files.ts'

let faults = 0
const files = listFiles('packages/**/*.ts', 'tests/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts')
for (const file of files) {
  for (const { specifier, line } of importsOf(file)) {
    const fault = importFault(file, specifier)
    if (fault === undefined) continue
    faults += 1
    console.error(`${file}:${line}  imports '${specifier}': ${fault}`)
  }
}
console.log(`import direction: ${files.length} files, ${faults} faults`)
process.exitCode = faults > 0 ? 1 : 0
