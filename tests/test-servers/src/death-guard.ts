import { type ChildProcess, spawn } from 'node:child_process'

/**
 * A shell that reads a pipe from us. When we end in any way, even killed, the pipe closes, and it stops the server
 * by `signal` and removes the folder. No handler within this process could promise that.
 */
export function guardAgainstOurDeath(
  server: ChildProcess,
  folder: string,
  signal: 'QUIT' | 'KILL',
): { release(): void } {
  const script = [
    'read line && exit 0',
    'kill -"$3" "$1" 2>/dev/null',
    'n=0; while kill -0 "$1" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done',
    'rm -rf "$2"',
  ].join('\n')
  const shell = spawn('/bin/sh', ['-c', script, 'guard', String(server.pid), folder, signal], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  const pipe = shell.stdin as typeof shell.stdin & { unref?(): void }
  pipe.unref?.()
  pipe.on('error', () => {}) // the guard is gone already: there is nothing left to release
  return { release: () => pipe.end('release\n') }
}
