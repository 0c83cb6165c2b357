import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder } from '@dbsnap/core'
import type { InterruptionResult } from './interrupted-take.ts'
import { runInterruptions } from './run-interruptions.ts'
import { runKillChild } from './run-kill-child.ts'
import { createSafetyRepository } from './safety-repository.ts'

export interface KillSuiteOptions {
  /** Processes to kill. */
  readonly kills: number
  /** Plain bytes of each take. */
  readonly bytes: number
  readonly onProgress?: (done: number) => void
}

/** Takes in processes of their own, ended by SIGKILL, into one repository in a folder. */
export async function runKillSuite({ kills, bytes, onProgress }: KillSuiteOptions): Promise<InterruptionResult> {
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-kills-'))
  const path = join(place, 'repository')
  try {
    await (await createSafetyRepository(folder(path))).close()
    return await runInterruptions({
      count: kills,
      bytes,
      openStore: () => folder(path),
      interrupt: (version, point) => runKillChild({ path, version, bytes, point }),
      ...(onProgress === undefined ? {} : { onProgress }),
    })
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
