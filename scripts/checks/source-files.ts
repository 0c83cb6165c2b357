import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

export const repositoryRoot = path.resolve(import.meta.dirname, '../..')

/** Every file git knows or would add, relative to the repository's root, so that ignored output is never checked. */
export function listFiles(...patterns: string[]): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns]
  const listed = execFileSync('git', args, { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 1 << 28 })
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(path.join(repositoryRoot, file)))
  return [...new Set(files)].sort()
}
