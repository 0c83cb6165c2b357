import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'
import { guardAgainstOurDeath } from './death-guard.ts'
import type { ServerUser } from './server-user.ts'

/** How a server is called, and how one sees that it accepts connections. */
export interface ServerLaunch {
  /** As people write it: `PostgreSQL`. */
  readonly title: string
  readonly program: string
  readonly options: readonly string[]
  readonly user: ServerUser | undefined
  /** Removed should this process die before it stops the server. */
  readonly folder: string
  /** What its log says once it accepts connections: no polling, no waiting longer than needed. */
  readonly ready: string
  /** Ends it at once, in the server's own terms. */
  readonly endsBy: 'QUIT' | 'KILL'
  /** What is to be done where it does not start. */
  readonly hint: string
  /** Ends the start; the server is gone then. */
  readonly signal: AbortSignal | undefined
}

/** A server that runs. */
export interface LaunchedServer {
  /** Ends it by its signal, or waits for its end where `by` ends it. */
  end(by?: () => Promise<unknown>): Promise<void>
}

/** Log kept for the error where a server does not start. Longer than one piece of a pipe (64 KiB), so that nothing goes unsearched. */
const KEPT_LOG = 100_000

/** The child's user, and a folder that user can enter. */
export function runAs(user: ServerUser | undefined): { uid?: number; gid?: number; cwd?: string } {
  return user ? { uid: user.uid, gid: user.gid, cwd: '/' } : {}
}

/** Starts a server; resolves when it accepts connections. Throws UNSUPPORTED_RUNTIME where it ends before. */
export async function launchServer(launch: ServerLaunch): Promise<LaunchedServer> {
  const { program, options, user, folder, endsBy } = launch
  const server = spawn(program, options, {
    ...runAs(user),
    // A process group of its own, so that Ctrl-C reaches us alone and we end it in order.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()).once('error', () => resolve()))
  const release = guardAgainstOurDeath(server, folder, endsBy)
  try {
    await untilReady(server, [server.stdout, server.stderr], launch)
  } catch (error) {
    release()
    throw error
  }
  return {
    end: async (by = async () => server.kill(`SIG${endsBy}`)) => {
      server.ref()
      await by()
      await ended
      release()
    },
  }
}

function untilReady(server: ChildProcess, logs: readonly Readable[], launch: ServerLaunch): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    let isReady = false
    const { signal } = launch
    const abort = (): void => void server.kill(`SIG${launch.endsBy}`) // its end is waited for below
    signal?.addEventListener('abort', abort)
    server.once('error', (cause) => reject(cannotRun(launch, 'could not be started', cause)))
    server.once('exit', () =>
      reject(signal?.aborted ? signal.reason : cannotRun(launch, 'ended while starting', new Error(log))),
    )
    for (const stream of logs) {
      stream.on('data', (text: Buffer) => {
        if (isReady) return
        log = (log + text.toString()).slice(-KEPT_LOG)
        isReady = log.includes(launch.ready)
        if (!isReady) return
        signal?.removeEventListener('abort', abort) // from here on whoever started it ends it
        server.unref()
        for (const pipe of logs as readonly { unref?(): void }[]) pipe.unref?.()
        resolve()
      })
    }
  })
}

/** The demo's own server cannot run here: `what` says how far it came. */
export function cannotRun(
  { title, hint }: Pick<ServerLaunch, 'title' | 'hint'>,
  what: string,
  cause: unknown,
): UnsupportedRuntimeError {
  return new UnsupportedRuntimeError(`The demo's ${title} ${what} on this machine.`, { hint, cause })
}
