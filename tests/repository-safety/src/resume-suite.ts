import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder, type ObjectStore, StoreFailedError } from '@dbsnap/core'
import { GeneratedSource } from './generated-source.ts'
import { createSafetyRepository, openSafetyRepository } from './safety-repository.ts'

/** Bytes that takes of the same database put into a folder. */
export interface ResumeResult {
  /** By a take that nothing interrupts. */
  readonly whole: number
  /** By one whose store fails half-way. */
  readonly first: number
  /** By the next one, which succeeds. */
  readonly second: number
  /** Whether its snapshot is sound, and equals that of the first. */
  readonly sound: boolean
}

/** Interrupts a take of so many plain bytes half-way through what it stores, and counts what the next one stores. */
export async function runResumeSuite(bytes: number): Promise<ResumeResult> {
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-resume-'))
  const source = new GeneratedSource({ version: 1, bytes })
  try {
    const undisturbed = countingStore(folder(join(place, 'whole')))
    const expected = await (await createSafetyRepository(undisturbed)).take(source)
    const path = join(place, 'interrupted')
    await createSafetyRepository(folder(path))
    const failing = countingStore(folder(path), undisturbed.bytesPut / 2)
    const outcome = await (await openSafetyRepository(failing)).take(source).then(
      () => 'was not interrupted',
      () => undefined,
    )
    if (outcome !== undefined) throw new Error(`the first take ${outcome}`)
    const rest = countingStore(folder(path))
    const repository = await openSafetyRepository(rest)
    const taken = await repository.take(source)
    const second = rest.bytesPut
    const { sound } = await repository.check({ readFraction: 1 })
    const isEqual = taken.records === expected.records && taken.bytes === expected.bytes
    return { whole: undisturbed.bytesPut, first: failing.bytesPut, second, sound: sound && isEqual }
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Counts the bytes of puts that succeed; fails every put once there were more than `limit`. */
function countingStore(store: ObjectStore, limit = Number.POSITIVE_INFINITY): ObjectStore & { bytesPut: number } {
  return {
    bytesPut: 0,
    label: store.label,
    get: (...parameters) => store.get(...parameters),
    stat: (...parameters) => store.stat(...parameters),
    list: (...parameters) => store.list(...parameters),
    delete: (...parameters) => store.delete(...parameters),
    close: () => store.close(),
    async put(key, body, options) {
      if (this.bytesPut > limit) throw new StoreFailedError('the disk is unplugged', { hint: 'A test wants this.' })
      const size = body.reduce((sum, part) => sum + part.length, 0)
      await store.put(key, body, options)
      this.bytesPut += size
    },
  }
}
