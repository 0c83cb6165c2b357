import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { steppingClock } from '../../test/object-layer.ts'
import { CacheFolder } from './cache-folder.ts'

const KIB = 1024
const folders: string[] = []

async function newFolder(): Promise<string> {
  folders.push(await mkdtemp(join(tmpdir(), 'dbsnap-cache-')))
  return folders.at(-1) as string
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** Draws that all fall out alike: 0 tidies up after whatever is kept, 1 never does. */
const drawing = (draw: 0 | 1) => ({ bytes: (length: number) => Buffer.alloc(length, draw === 0 ? 0 : 0xff) })

function cacheIn(path: string, draw: 0 | 1 = 1, maxBytes?: number): CacheFolder {
  const options = { clock: { ...steppingClock(), now: () => new Date() }, randomness: drawing(draw) }
  return new CacheFolder(path, maxBytes === undefined ? options : { ...options, maxBytes })
}

describe('a cache folder', () => {
  it('gives what was kept, whole or a range, to every process, until it is dropped', async () => {
    const path = await newFolder()
    const cache = cacheIn(path)
    expect(await cache.read('packs/ab/1-8')).toBeUndefined()
    await cache.keep('packs/ab/1-8', Buffer.from('sealed'))
    await cache.keep('packs/ab/1-8', Buffer.from('sealed'))
    const other = cacheIn(path)
    expect((await other.read('packs/ab/1-8'))?.toString()).toBe('sealed')
    expect((await other.read('packs/ab/1-8', { offset: 2, length: 3 }))?.toString()).toBe('ale')
    expect(await other.read('packs/ab/1-8', { offset: 2, length: 5 })).toBeUndefined()
    await other.drop('packs/ab/1-8')
    await other.drop('packs/ab/1-8')
    expect(await cache.read('packs/ab/1-8')).toBeUndefined()
  })

  it('is its user’s alone', async () => {
    const path = join(await newFolder(), 'made', 'here')
    await cacheIn(path).keep('index/1', Buffer.from('sealed'))
    for (const [name, mode] of [
      ['', 0o700],
      ['dbsnap-copies', 0o700],
      ['dbsnap-copies/index', 0o700],
      ['dbsnap-copies/index/1', 0o600],
    ] as const) {
      expect((await stat(join(path, name))).mode & 0o777).toBe(mode)
    }
  })

  it('may be removed while it is used', async () => {
    const path = await newFolder()
    const cache = cacheIn(path, 0)
    await cache.keep('index/1', Buffer.from('first'))
    await rm(path, { recursive: true })
    expect(await cache.read('index/1')).toBeUndefined()
    await cache.keep('index/1', Buffer.from('second'))
    expect((await cache.read('index/1'))?.toString()).toBe('second')
  })

  it('that cannot be used keeps nothing, and fails nobody', async () => {
    const path = join(await newFolder(), 'a-file')
    await writeFile(path, 'not a folder')
    const cache = cacheIn(path, 0)
    await cache.keep('index/1', Buffer.from('sealed'))
    await cache.drop('index/1')
    expect(await cache.read('index/1')).toBeUndefined()
    const taken = await newFolder()
    await mkdir(join(taken, 'dbsnap-copies/index/1'), { recursive: true })
    await cacheIn(taken).keep('index/1', Buffer.from('sealed'))
    expect(await readdir(join(taken, 'dbsnap-copies/index'))).toEqual(['1'])
    await chmod(taken, 0o700)
  })

  it('lets go of what was used longest ago, and of nothing that is not its own', async () => {
    const path = await newFolder()
    await writeFile(join(path, 'somebodys'), Buffer.alloc(100 * KIB))
    const filling = cacheIn(path)
    const old = new Date(Date.now() - 24 * 60 * 60 * 1000)
    for (let i = 0; i < 8; i++) {
      await filling.keep(`index/${i}`, Buffer.alloc(8 * KIB))
      await utimes(join(path, `dbsnap-copies/index/${i}`), old, old)
    }
    const mine = join(path, 'dbsnap-copies/index')
    await writeFile(join(mine, `~00000000-1-${'0'.repeat(36)}`), 'being written')
    const left = join(mine, `~00000000-1-${'1'.repeat(36)}`)
    await writeFile(left, 'left by a process that died')
    await utimes(left, old, old)
    expect(await filling.read('index/0')).toBeDefined()
    const tidying = cacheIn(path, 0, 64 * KIB)
    await tidying.keep('index/8', Buffer.alloc(1))
    // 68 KiB become 56 at most; 0 was used just now.
    const kept = ['0', '4', '5', '6', '7', '8']
    const names = (await readdir(mine)).filter((name) => !name.startsWith('~'))
    expect(names).toHaveLength(kept.length + 1)
    expect(names).toContain('0')
    expect(names).toContain('8')
    expect((await readdir(mine)).filter((name) => name.startsWith('~'))).toEqual([`~00000000-1-${'0'.repeat(36)}`])
    await tidying.keep('index/9', Buffer.alloc(1))
    expect(await readdir(path)).toEqual(['dbsnap-copies', 'somebodys'])
    expect((await readdir(mine)).length).toBe(kept.length + 3)
  })
})
