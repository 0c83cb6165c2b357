import type { ObjectStore, StoredFile } from '@dbsnap/core/ports'
import { describe, expect, it } from 'vitest'
import {
  atEveryStep,
  bitFlippingStore,
  FaultSchedule,
  ForgetfulFileSystem,
  faultyStore,
  ManualClock,
  SeededRandom,
} from '../src/index.ts'

/** A store that only remembers its calls; what is under a fault does not matter here. */
function recordingStore(calls: string[]): ObjectStore {
  return {
    label: 'recording',
    put: async (key) => void calls.push(`put ${key}`),
    get: async (key, options) => {
      calls.push(`get ${key}`)
      const body = Buffer.from([0, 0, 0, 0])
      return options?.range ? body.subarray(options.range.offset, options.range.offset + options.range.length) : body
    },
    stat: async (key) => void calls.push(`stat ${key}`) as undefined,
    delete: async (key) => void calls.push(`delete ${key}`),
    async *list(prefix): AsyncGenerator<StoredFile> {
      calls.push(`list ${prefix}`)
      yield* []
    },
    close: async () => void calls.push('close'),
  }
}

async function useAll(store: ObjectStore): Promise<void> {
  await store.put('a', [])
  await store.get('a')
  await store.stat('a')
  for await (const _ of store.list('a')) expect.fail()
  await store.delete('a')
}

describe('fault schedule', () => {
  it('fails each call of a store once, before or after its effect, and then stays dead', async () => {
    const seen: string[][] = []
    const fired = await atEveryStep(async (schedule) => {
      const calls: string[] = []
      const store = faultyStore(recordingStore(calls), schedule)
      const done = await useAll(store).then(
        () => true,
        () => false,
      )
      expect(done).toBe(schedule.firedAt === undefined)
      if (!done) await expect(store.delete('b')).rejects.toMatchObject({ code: 'STORE_FAILED' })
      await store.close()
      seen.push(calls)
    })
    expect(fired).toBe(10)
    expect(seen.map((calls) => calls.length - 1)).toEqual([0, 1, 2, 3, 4, 5, 1, 2, 3, 3, 5, 5])
  })

  it('may fail once and live on', async () => {
    const calls: string[] = []
    const schedule = new FaultSchedule({ step: 1, dead: false })
    const store = faultyStore(recordingStore(calls), schedule, { calls: ['put'] })
    await store.get('a')
    await expect(store.put('a', [])).rejects.toThrow('told to fail')
    await store.put('a', [])
    expect(calls).toEqual(['get a', 'put a'])
    schedule.expectFired()
    expect(schedule.steps).toBe(2)
  })

  it('fails a test whose fault never fired', async () => {
    const schedule = new FaultSchedule({ step: 9 })
    await useAll(faultyStore(recordingStore([]), schedule))
    expect(() => schedule.expectFired()).toThrow('never fired: there were 5 steps')
    await expect(atEveryStep(async () => {})).rejects.toThrow('no fault ever fired')
  })
})

describe('bit flipping store', () => {
  it('flips the one bit in whatever holds it, and counts', async () => {
    const calls: string[] = []
    const store = bitFlippingStore(recordingStore(calls), { key: 'a', bit: 17 })
    expect([...(await store.get('a'))]).toEqual([0, 0, 2, 0])
    expect([...(await store.get('b'))]).toEqual([0, 0, 0, 0])
    expect([...(await store.get('a', { range: { offset: 2, length: 1 } }))]).toEqual([2])
    expect([...(await store.get('a', { range: { offset: 0, length: 2 } }))]).toEqual([0, 0])
    expect([...(await store.get('a', { range: { offset: 3, length: 1 } }))]).toEqual([0])
    expect(store.flips).toBe(2)
    await useAll(store)
    await store.close()
    expect(calls).toHaveLength(11)
  })
})

describe('forgetful file system', () => {
  async function write(disk: ForgetfulFileSystem, path: string, syncs: { file: boolean; folder: boolean }) {
    const mount = disk.mount()
    const file = await mount.open(path, 'wx')
    await file.writev([Buffer.from('content')])
    if (syncs.file) await file.sync()
    if (syncs.folder) await (await mount.open('/', 'r')).sync()
    await file.close()
  }

  it.each([
    { file: true, folder: true, mode: 'forgets-names', left: 'content' },
    { file: true, folder: false, mode: 'forgets-names', left: undefined },
    { file: false, folder: true, mode: 'forgets-names', left: '' },
    { file: true, folder: false, mode: 'keeps-names', left: 'content' },
    { file: false, folder: false, mode: 'keeps-names', left: '' },
  ] as const)('keeps what was synced: $file $folder $mode', async ({ file, folder, mode, left }) => {
    const disk = new ForgetfulFileSystem()
    await write(disk, '/a', { file, folder })
    disk.crash(mode)
    expect(disk.files.get('/a')?.toString()).toBe(left)
  })

  it('forgets renames, removals and second names whose folder was not synced', async () => {
    const disk = new ForgetfulFileSystem()
    await write(disk, '/a', { file: true, folder: true })
    const mount = disk.mount()
    await mount.link('/a', '/b')
    await mount.rename('/a', '/b')
    expect([...disk.files.keys()]).toEqual(['/a', '/b'])
    await mount.rename('/a', '/c')
    await mount.unlink('/b')
    expect([...disk.files.keys()]).toEqual(['/c'])
    disk.crash()
    expect([...disk.files.keys()]).toEqual(['/a'])
    await expect(mount.stat('/a')).rejects.toThrow('EIO')
  })

  it('speaks in the codes of a system', async () => {
    const disk = new ForgetfulFileSystem()
    await write(disk, '/a', { file: true, folder: true })
    const mount = disk.mount()
    await mount.mkdir('/f')
    const root = await mount.open('/f', 'r')
    const cases: [Promise<unknown>, string][] = [
      [mount.open('/missing', 'r'), 'ENOENT'],
      [mount.open('/missing/a', 'wx'), 'ENOENT'],
      [mount.open('/a', 'wx'), 'EEXIST'],
      [mount.mkdir('/f'), 'EEXIST'],
      [mount.stat('/a/b'), 'ENOTDIR'],
      [mount.readdir('/a'), 'ENOTDIR'],
      [mount.unlink('/f'), 'EISDIR'],
      [mount.rename('/a', '/f'), 'EISDIR'],
      [root.writev([]), 'EISDIR'],
    ]
    for (const [call, code] of cases) await expect(call).rejects.toMatchObject({ code })
    expect(await mount.readdir('/')).toEqual(['a', 'f'])
    expect([(await mount.stat('/f')).isDirectory(), (await mount.stat('/a')).isFile()]).toEqual([true, true])
  })
})

describe('manual clock', () => {
  it('wakes sleepers when it is moved, in the order of their times', async () => {
    const clock = new ManualClock(new Date(0))
    const woken: string[] = []
    const [late, early] = [
      clock.sleep(20).then(() => woken.push('late')),
      clock.sleep(10).then(() => woken.push('early')),
    ]
    const controller = new AbortController()
    const aborted = clock.sleep(5, controller.signal)
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await expect(clock.sleep(5, controller.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' })
    clock.advance(9)
    expect(clock.sleepers).toBe(2)
    clock.advance(11)
    await Promise.all([late, early])
    expect(woken).toEqual(['early', 'late'])
    expect([clock.now().getTime(), clock.monotonic()]).toEqual([20, 20])
  })
})

describe('seeded random', () => {
  it('repeats itself by seed and stays within its limit', () => {
    const bytes = (seed: number): string => new SeededRandom(seed).bytes(16).toString('hex')
    expect(bytes(1)).toBe(bytes(1))
    expect(bytes(1)).not.toBe(bytes(2))
    const random = new SeededRandom(3)
    const drawn = Array.from({ length: 1000 }, () => random.below(5))
    expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3, 4]))
  })
})
