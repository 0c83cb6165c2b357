import { type ChildProcess, spawn } from 'node:child_process'

/**
 * A shell that waits on a pipe from us. However we end, even killed, the pipe closes, and it ends the server by `signal`
 * and removes the folder. Returns how to send it home. Windows has no such shell: there the server is our child alone.
 */
export function guardAgainstOurDeath(server: ChildProcess, folder: string, signal: 'QUIT' | 'KILL'): () => void {
  if (process.platform === 'win32') return () => {}
  const script = [
    'read line && exit 0',
    'kill -"$3" "$1" 2>/dev/null',
    'n=0; while kill -0 "$1" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done',
    'rm -rf "$2"',
  ].join('\n')
  const shell = spawn('/bin/sh', ['-c', script, 'dbsnap-demo-guard', String(server.pid), folder, signal], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  shell.on('error', () => {}) // no /bin/sh: then only a killed demo leaves its folder behind
  shell.stdin.on('error', () => {}) // it is gone already: nothing is left to release
  const pipe = shell.stdin as { unref?(): void }
  pipe.unref?.()
  return () => shell.stdin.end('release\n')
}
