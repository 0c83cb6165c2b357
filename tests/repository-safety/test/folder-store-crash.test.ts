import { atEveryStep, type CrashMode, ForgetfulFileSystem } from '@dbsnap/adapter-test-kit'
import { type FolderFileSystem, folder, type ObjectStore } from '@dbsnap/core'
import { describe, expect, it } from 'vitest'

const OLD = Buffer.from('old')
const NEW = Buffer.alloc(100_000, 'new')

/** A disk on which a repository's folder already holds two durable files. */
async function usedDisk(): Promise<ForgetfulFileSystem> {
  const disk = new ForgetfulFileSystem()
  const store = folder('/made/here', { fileSystem: disk.mount() })
  await store.put('packs/old', [OLD])
  await store.put('packs/other', [OLD])
  return disk
}

const writes: Record<string, { act: (store: ObjectStore) => Promise<void>; key: string; may: (Buffer | undefined)[] }> =
  {
    'a new file': { act: (store) => store.put('index/ab/new', [NEW]), key: 'index/ab/new', may: [undefined, NEW] },
    'an exclusive file': {
      act: (store) => store.put('packs/new', [NEW], { exclusive: true }),
      key: 'packs/new',
      may: [undefined, NEW],
    },
    'a replaced file': { act: (store) => store.put('packs/old', [NEW]), key: 'packs/old', may: [OLD, NEW] },
    'a removed file': { act: (store) => store.delete('packs/old'), key: 'packs/old', may: [OLD, undefined] },
  }

async function contentOf(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  return (await store.stat(key)) === undefined ? undefined : store.get(key)
}

describe.each(['forgets-names', 'keeps-names'] as const)('a machine that dies and %s', (mode: CrashMode) => {
  it.each(Object.entries(writes))(
    'at any step of %s leaves the file whole or not there',
    async (_, { act, key, may }) => {
      const fired = await atEveryStep(async (schedule) => {
        const disk = await usedDisk()
        const outcome = await act(folder('/made/here', { fileSystem: disk.mount(schedule) })).then(
          () => 'done',
          () => 'failed',
        )
        disk.crash(mode)
        const store = folder('/made/here', { fileSystem: disk.mount() })
        const content = await contentOf(store, key)
        // What was said to be done is done; what was not may be, but then wholly.
        expect(outcome === 'done' ? [may[1]] : may, schedule.firedAt ?? 'no fault').toContainEqual(content)
        expect(await store.get('packs/other')).toEqual(OLD)
        const keys: string[] = []
        for await (const file of store.list('')) keys.push(file.key)
        expect(keys.filter((listed) => listed !== key).sort()).toEqual(
          ['packs/old', 'packs/other'].filter((k) => k !== key),
        )
        await store.put(key, [NEW])
        expect(await store.get(key)).toEqual(NEW)
      })
      expect(fired).toBeGreaterThan(4)
    },
  )

  it('keeps all of many writes at once that were done', async () => {
    const disk = await usedDisk()
    const store = folder('/made/here', { fileSystem: disk.mount() })
    const keys = Array.from({ length: 40 }, (_, i) => `packs/${i % 4}/${i}`)
    await Promise.all(keys.map((key) => store.put(key, [Buffer.from(key)])))
    disk.crash(mode)
    const after = folder('/made/here', { fileSystem: disk.mount() })
    for (const key of keys) expect((await after.get(key)).toString()).toBe(key)
  })
})

describe('these tests', () => {
  /** A disk whose syncs of files, or of folders, do nothing. */
  function deaf(disk: ForgetfulFileSystem, to: 'files' | 'folders'): FolderFileSystem {
    const mount = disk.mount()
    return {
      ...mount,
      async open(path, flags) {
        const file = await mount.open(path, flags)
        const ignored = (await file.stat()).isFile() === (to === 'files')
        return ignored ? { ...file, sync: async () => {} } : file
      },
    }
  }

  it.each([
    { to: 'files', mode: 'keeps-names', left: 0 },
    { to: 'files', mode: 'forgets-names', left: 0 },
    { to: 'folders', mode: 'forgets-names', left: undefined },
  ] as const)('would notice a store that does not sync $to ($mode)', async ({ to, mode, left }) => {
    const disk = new ForgetfulFileSystem()
    await folder('/here', { fileSystem: deaf(disk, to) }).put('a', [NEW])
    disk.crash(mode)
    expect((await contentOf(folder('/here', { fileSystem: disk.mount() }), 'a'))?.length).toBe(left)
  })
})
