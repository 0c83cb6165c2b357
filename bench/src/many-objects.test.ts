import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folder, Repository } from '@dbsnap/core'
import { expect, it } from 'vitest'
import { makeManyObjects } from './many-objects.ts'
import { runWorker } from './run-worker.ts'
import { BENCH_PASSPHRASE } from './worker-job.ts'

const OBJECTS = 100_000

it('a generated repository of 100 000 objects opens at once, is sound, and its snapshots differ', async () => {
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-many-'))
  try {
    await makeManyObjects(place, OBJECTS)
    const opened = await runWorker({ kind: 'open', repository: place })
    expect(opened.seconds).toBeLessThan(2)
    const repository = await Repository.open(folder(place), { passphrase: BENCH_PASSPHRASE })
    const report = await repository.check()
    expect(report).toMatchObject({ sound: true, snapshots: 2 })
    expect(report.objects).toBeGreaterThan(0.99 * OBJECTS)
    let changes = 0
    for await (const { type } of repository.diff('latest~1', 'latest')) changes += type === 'change' ? 1 : 0
    expect(changes).toBeGreaterThan(900)
    await repository.close()
  } finally {
    await rm(place, { recursive: true })
  }
})
