/** Looks for secrets in every version of every file in every commit, not only in the files of today. */
import { execFileSync, spawn } from 'node:child_process'
import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { repositoryRoot } from './source-files.ts'

/** Larger blobs are fixtures, not text a person typed; scanning them costs minutes and finds nothing. */
const maxBytes = 2 * 1024 * 1024
/** Passwords that tests plant, to look for them where none may be. */
const canaries = ['/canary-4711/', '/me:hunter2@host/', '/:canary(-of-a-password)?@/', '/user:p%40ss@host/']
const config = {
  rules: [
    {
      id: '@secretlint/secretlint-rule-preset-recommend',
      rule: creator,
      rules: [{ id: '@secretlint/secretlint-rule-database-connection-string', options: { allows: canaries } }],
    },
  ],
}

interface Blob {
  id: string
  path: string
}

function listBlobs(): Blob[] {
  const objects = execFileSync('git', ['rev-list', '--objects', '--all'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  return objects
    .split('\n')
    .map((line) => ({ id: line.slice(0, 40), path: line.slice(41) }))
    .filter((object) => object.path !== '')
}

/** Streams the contents of the blobs through one `git cat-file`, in order. */
async function* readBlobs(blobs: Blob[]): AsyncGenerator<Blob & { content: Buffer }> {
  const git = spawn('git', ['cat-file', '--batch'], { cwd: repositoryRoot, stdio: ['pipe', 'pipe', 'inherit'] })
  git.stdin.end(blobs.map((blob) => `${blob.id}\n`).join(''))
  let buffer = Buffer.alloc(0)
  let next = 0
  for await (const piece of git.stdout) {
    buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece])
    for (;;) {
      const end = buffer.indexOf(10)
      if (end < 0) break
      const [, type, size] = buffer.subarray(0, end).toString().split(' ')
      const bytes = Number(size)
      if (buffer.length < end + 1 + bytes + 1) break
      const blob = blobs[next++]
      if (blob && type === 'blob') yield { ...blob, content: buffer.subarray(end + 1, end + 1 + bytes) }
      buffer = buffer.subarray(end + 1 + bytes + 1)
    }
  }
}

let scanned = 0
let faults = 0
for await (const { id, path, content } of readBlobs(listBlobs())) {
  if (content.length > maxBytes || content.includes(0)) continue
  scanned += 1
  const source = { filePath: path, content: content.toString('utf8'), contentType: 'text' as const, ext: '.txt' }
  const { messages } = await lintSource({ source, options: { config, maskSecrets: true, noPhysicFilePath: true } })
  for (const message of messages) {
    faults += 1
    console.error(`${path}:${message.loc.start.line}  (blob ${id.slice(0, 12)})  ${message.message}`)
  }
}
console.log(`secrets: ${scanned} file versions in all commits, ${faults} found`)
process.exitCode = faults > 0 ? 1 : 0
