/** Files stay small and folders carry a noun: warns at 300 code lines, fails at 500 and on drawer-of-everything names. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'oxc-parser'
import { listFiles, repositoryRoot } from './source-files.ts'

const warnAt = 300
const failAt = 500
const drawers = new Set(['utils', 'util', 'helpers', 'common', 'shared', 'misc'])

/** Lines that hold code: neither blank nor comment alone. */
function codeLines(file: string): number {
  const source = readFileSync(path.join(repositoryRoot, file), 'utf8')
  let bare = source
  for (const { start, end } of parseSync(file, source).comments) {
    bare = bare.slice(0, start) + source.slice(start, end).replaceAll(/[^\n]/g, ' ') + bare.slice(end)
  }
  return bare.split('\n').filter((line) => line.trim() !== '').length
}

let faults = 0
const files = listFiles('*.ts', '*.tsx', 'packages/**/*.ts', 'tests/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts')
const counts: number[] = []
for (const file of files) {
  const lines = codeLines(file)
  counts.push(lines)
  if (lines > failAt) {
    faults += 1
    console.error(`${file}  ${lines} code lines, the limit is ${failAt}: split it by concept`)
  } else if (lines > warnAt) {
    console.warn(`${file}  ${lines} code lines (warning from ${warnAt}): which concept could leave it?`)
  }
  const drawer = file.split('/').find((part) => drawers.has(path.parse(part).name))
  if (drawer !== undefined) {
    faults += 1
    console.error(`${file}  '${drawer}' is a drawer, not a noun: put the code beside its caller or name the thing`)
  }
}
counts.sort((a, b) => a - b)
console.log(
  `source shape: ${files.length} files, median ${counts[counts.length >> 1] ?? 0} code lines, ${faults} faults`,
)
process.exitCode = faults > 0 ? 1 : 0
