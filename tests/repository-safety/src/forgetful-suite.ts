import { type CrashMode, ForgetfulFileSystem } from '@dbsnap/adapter-test-kit'
import { folder } from '@dbsnap/core'
import { GeneratedSource } from './generated-source.ts'
import type { InterruptedTake, InterruptionResult } from './interrupted-take.ts'
import type { InterruptionPoint } from './interruption-plan.ts'
import { runInterruptions } from './run-interruptions.ts'
import { createSafetyRepository, openSafetyRepository } from './safety-repository.ts'
import { announcingFileSystem, type WritePhase } from './write-phase.ts'

export interface ForgetfulSuiteOptions {
  /** Crashes of the machine. */
  readonly crashes: number
  /** Plain bytes of each take. */
  readonly bytes: number
  readonly onProgress?: (done: number) => void
}

const PATH = '/repository'
const MODES: readonly CrashMode[] = ['forgets-names', 'keeps-names']

/** The same as the kill suite, on a disk that forgets in every crash what was not synced, and once in two keeps names. */
export async function runForgetfulSuite({
  crashes,
  bytes,
  onProgress,
}: ForgetfulSuiteOptions): Promise<InterruptionResult> {
  const disk = new ForgetfulFileSystem()
  await (await createSafetyRepository(folder(PATH, { fileSystem: disk.mount() }))).close()
  return runInterruptions({
    count: crashes,
    bytes,
    openStore: () => folder(PATH, { fileSystem: disk.mount() }),
    interrupt: (version, point) => crashAt(disk, MODES[version % MODES.length] as CrashMode, { version, bytes }, point),
    ...(onProgress === undefined ? {} : { onProgress }),
  })
}

async function crashAt(
  disk: ForgetfulFileSystem,
  mode: CrashMode,
  take: { readonly version: number; readonly bytes: number },
  point: InterruptionPoint,
): Promise<InterruptedTake> {
  const open: Record<WritePhase, number> = { packs: 0, index: 0, manifest: 0 }
  let during: ReadonlySet<WritePhase> | undefined
  const crash = (): void => {
    if (during !== undefined) return
    during = new Set((Object.keys(open) as WritePhase[]).filter((phase) => open[phase] > 0))
    disk.crash(mode)
  }
  const fileSystem = announcingFileSystem(disk.mount(), (phase, write, step) => {
    if (step === 'created') open[phase]++
    if (point.at === 'write' && point.phase === phase && point.write === write && point.step === step) crash()
    if (step === 'durable') open[phase]--
  })
  const source = new GeneratedSource({
    ...take,
    onBuffer: (given) => {
      if (point.at === 'bytes' && given >= point.bytes) crash()
    },
  })
  const taken = await (async () => {
    const repository = await openSafetyRepository(folder(PATH, { fileSystem }))
    return (await repository.take(source)).id
  })().catch(() => undefined)
  return { reached: during !== undefined, during: during ?? new Set(), ...(taken === undefined ? {} : { taken }) }
}
