/** Runs publint (strict) and "are the types wrong" over every package as it would be published. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { publishedPackages } from './published-packages.ts'
import { repositoryRoot } from './source-files.ts'

const bin = (name: string) => path.join(repositoryRoot, 'node_modules/.bin', name)
const run = (command: string, args: string[]) =>
  spawnSync(command, args, { cwd: repositoryRoot, stdio: 'inherit' }).status === 0

let faults = 0
for (const { name, folder, entries } of publishedPackages()) {
  const packed = mkdtempSync(path.join(tmpdir(), 'dbsnap-pack-'))
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', packed], { cwd: folder, stdio: 'pipe' })
    const tarball = path.join(packed, readdirSync(packed).find((file) => file.endsWith('.tgz')) ?? '')
    console.log(`\n== ${name}`)
    if (!run(bin('publint'), ['run', tarball, '--strict'])) faults += 1
    // A package without entries is a command: it has no types to be wrong.
    if (entries.size > 0 && !run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji'])) faults += 1
  } finally {
    rmSync(packed, { recursive: true, force: true })
  }
}
process.exitCode = faults > 0 ? 1 : 0
