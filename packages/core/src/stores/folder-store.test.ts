import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FolderFile, FolderFileSystem } from './folder-file-system.ts'
import { folder } from './folder-store.ts'

const text = (value: string): Buffer[] => [Buffer.from(value)]
const failure = (code: string): Error => Object.assign(new Error(`${code}: told to fail`), { code })

let root: string
let place: string

beforeEach(async () => {
  place = await fs.mkdtemp(join(tmpdir(), 'dbsnap-folder-'))
  root = join(place, 'made', 'here')
})

afterEach(() => fs.rm(place, { recursive: true, force: true }))

/** The real file system with some calls replaced; `log` gets the calls that make things durable, in order. */
function observed(log: string[], replaced: Partial<FolderFileSystem> = {}): FolderFileSystem {
  const short = (path: string): string => path.replace(/~[^/]*$/, '~').replace(place, '')
  const real: FolderFileSystem = { ...fs, ...replaced }
  return {
    ...real,
    async open(path, flags) {
      const file = await real.open(path, flags)
      const observedFile: FolderFile = {
        writev: (parts) => file.writev(parts),
        read: (...args) => file.read(...args),
        stat: () => file.stat(),
        close: () => file.close(),
        sync: async () => {
          await file.sync()
          log.push(`sync ${short(path)}`)
        },
      }
      return observedFile
    },
    async rename(from, to) {
      await real.rename(from, to)
      log.push(`rename ${short(to)}`)
    },
    async link(existing, path) {
      await real.link(existing, path)
      log.push(`link ${short(path)}`)
    },
    async mkdir(path) {
      await real.mkdir(path)
      log.push(`mkdir ${short(path)}`)
    },
  }
}

async function files(): Promise<string[]> {
  const names = await fs.readdir(place, { recursive: true, withFileTypes: true })
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).replace(root, ''))
}

async function keys(store: ReturnType<typeof folder>, prefix = ''): Promise<string[]> {
  const found: string[] = []
  for await (const file of store.list(prefix)) found.push(file.key)
  return found.sort()
}

describe('folder store: what is durable, and in which order', () => {
  it('syncs the content before the name, then the folder, and the parents of new folders', async () => {
    const log: string[] = []
    await folder(root, { fileSystem: observed(log) }).put('packs/ab/one', text('x'))
    expect(log).toEqual([
      'mkdir /made',
      'sync ',
      'mkdir /made/here',
      'sync /made',
      'mkdir /made/here/packs',
      'sync /made/here',
      'mkdir /made/here/packs/ab',
      'sync /made/here/packs',
      'sync /made/here/packs/ab/~',
      'rename /made/here/packs/ab/one',
      'sync /made/here/packs/ab',
    ])
  })

  it('syncs folders that another writer made, once', async () => {
    await folder(root).put('packs/one', text('x'))
    const log: string[] = []
    const store = folder(root, { fileSystem: observed(log) })
    await store.put('packs/two', text('x'))
    expect(log[0]).toBe('sync /made/here')
    log.length = 0
    await store.put('packs/three', text('x'), { exclusive: true })
    expect(log).toEqual(['sync /made/here/packs/~', 'link /made/here/packs/three', 'sync /made/here/packs'])
    log.length = 0
    await store.delete('packs/three')
    expect(log).toEqual(['sync /made/here/packs'])
  })

  it('lets writers of one folder share a sync that began after all their renames', async () => {
    const log: string[] = []
    const store = folder(root, { fileSystem: observed(log) })
    await store.put('a', text('x'))
    log.length = 0
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.put(`k${i}`, text('x'))))
    const syncs = log.filter((line) => line === 'sync /made/here').length
    expect(syncs).toBeLessThan(20)
    expect(log.at(-1)).toBe('sync /made/here')
  })
})

describe('folder store: reading', () => {
  it('reads whole files, ranges, empty files and many parts', async () => {
    const store = folder(root)
    const parts = Array.from({ length: 1500 }, (_, i) => Buffer.from(i % 3 === 0 ? '' : `${i},`))
    await store.put('many', parts)
    expect(await store.get('many')).toEqual(Buffer.concat(parts))
    await store.put('empty', [])
    expect(await store.get('empty')).toHaveLength(0)
    await store.put('a', text('abcdef'))
    expect((await store.get('a', { range: { offset: 2, length: 3 } })).toString()).toBe('cde')
    expect(await store.stat('a')).toMatchObject({ key: 'a', size: 6 })
  })

  it('refuses ranges that leave the file, and files that end while they are read', async () => {
    const store = folder(root)
    await store.put('a', text('abc'))
    for (const range of [
      { offset: 1, length: 3 },
      { offset: -1, length: 2 },
      { offset: 0, length: -1 },
    ]) {
      await expect(store.get('a', { range })).rejects.toMatchObject({ code: 'DAMAGED' })
    }
  })

  it('knows a missing file, whatever stands in its place', async () => {
    const store = folder(root)
    expect(await keys(store)).toEqual([])
    await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
    await store.delete('a')
    await store.put('a', text('x'))
    await store.put('b/c', text('x'))
    for (const key of ['a/b', 'b', 'c']) {
      await expect(store.get(key)).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
      expect(await store.stat(key)).toBeUndefined()
      await store.delete(key)
    }
    expect(await keys(store)).toEqual(['a', 'b/c'])
    await store.close()
    await store.close()
  })

  it('lists by prefix and passes over what is no key', async () => {
    const store = folder(root)
    for (const key of ['packs/ab/1', 'packs/ac/2', 'packsize', 'index/1']) await store.put(key, text(key))
    await fs.writeFile(join(root, 'Thumbs.db'), '')
    expect(await keys(store, 'packs')).toEqual(['packs/ab/1', 'packs/ac/2', 'packsize'])
    expect(await keys(store, 'packs/')).toEqual(['packs/ab/1', 'packs/ac/2'])
    expect(await keys(store, 'packs/ab')).toEqual(['packs/ab/1'])
    expect(await keys(store, 'nothing/')).toEqual([])
    await expect(keys(store, '../')).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('does not list a file that is removed while it lists', async () => {
    await folder(root).put('a', text('x'))
    const stat: FolderFileSystem['stat'] = async (path) => {
      if (path.endsWith('/a')) await fs.unlink(path)
      return fs.stat(path)
    }
    expect(await keys(folder(root, { fileSystem: { ...fs, stat } }))).toEqual([])
  })
})

describe('folder store: failures', () => {
  const expectedCodes = { ENOSPC: 'STORE_FULL', EROFS: 'STORE_DENIED', EIO: 'STORE_FAILED' }

  it.each(Object.entries(expectedCodes))('names %s in our words', async (code, expected) => {
    const broken = (): Promise<never> => Promise.reject(failure(code))
    const store = folder(root, { fileSystem: { ...fs, open: broken, stat: broken, unlink: broken, readdir: broken } })
    const calls = [store.put('a', text('x')), store.get('a'), store.stat('a'), store.delete('a'), keys(store)]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: expected })
  })

  it('calls a failure without a code by what it is', async () => {
    const stat = (): Promise<never> => Promise.reject(new Error('odd'))
    const store = folder(root, { fileSystem: { ...fs, stat } })
    await expect(store.stat('a')).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })

  it('refuses to replace where the key must be new, and to replace a folder', async () => {
    const store = folder(root)
    await store.put('a', text('first'), { exclusive: true })
    await expect(store.put('a', text('second'), { exclusive: true })).rejects.toThrow('exists already')
    expect((await store.get('a')).toString()).toBe('first')
    await store.put('b/c', text('x'))
    await expect(store.put('b', text('x'))).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_/) })
    expect(await files()).toEqual(expect.arrayContaining(['/a', '/b/c']))
    expect(await files()).toHaveLength(2)
  })

  it('of many writers of one new key lets one succeed', async () => {
    const store = folder(root)
    const writes = Array.from({ length: 8 }, (_, i) => store.put('a', text(`${i}`), { exclusive: true }))
    const results = await Promise.allSettled(writes)
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    expect(await files()).toEqual(['/a'])
  })

  it('tries a folder again that could not be made', async () => {
    let fail = true
    const mkdir = (path: string): Promise<unknown> => (fail ? Promise.reject(failure('EACCES')) : fs.mkdir(path))
    const store = folder(root, { fileSystem: { ...fs, mkdir } })
    await expect(store.put('a', text('x'))).rejects.toMatchObject({ code: 'STORE_DENIED' })
    fail = false
    await store.put('a', text('x'))
    expect(await keys(store)).toEqual(['a'])
  })

  it('makes a folder although another writer makes it at the same time', async () => {
    const mkdir = (path: string): Promise<unknown> => fs.mkdir(path).then(() => fs.mkdir(path))
    const store = folder(root, { fileSystem: { ...fs, mkdir } })
    await store.put('a/b', text('x'))
    expect(await keys(store)).toEqual(['a/b'])
  })
})

/** Fails the `n`th call of those that change something; `place` is as the failing call finds it. */
function failsAt(n: number): { fileSystem: FolderFileSystem; fired: () => boolean } {
  let calls = 0
  const step = async <T>(call: () => Promise<T>): Promise<T> => {
    calls++
    if (calls === n) throw failure('EIO')
    return call()
  }
  const fileSystem: FolderFileSystem = {
    ...fs,
    open: (path, flags) =>
      step(async () => {
        const file = await fs.open(path, flags)
        const close = async (): Promise<void> => {
          await file.close()
          await step(async () => {})
        }
        return {
          writev: (parts) => step(() => file.writev(parts)),
          read: (...args) => file.read(...args),
          stat: () => step(() => file.stat()),
          sync: () => step(() => file.sync()),
          close,
        }
      }),
    mkdir: (path) => step(() => fs.mkdir(path)),
    rename: (from, to) => step(() => fs.rename(from, to)),
    link: (existing, path) => step(() => fs.link(existing, path)),
  }
  return { fileSystem, fired: () => calls >= n }
}

describe('folder store: a write that fails at any step', () => {
  it.each([{ exclusive: true }, { exclusive: false }])('leaves nothing of a new file (%o)', async (options) => {
    for (let n = 1; ; n++) {
      const { fileSystem, fired } = failsAt(n)
      const put = folder(root, { fileSystem }).put('packs/a', text('new'), options)
      const error = await put.then(() => undefined).catch((reason: unknown) => reason)
      if (!fired()) break
      expect(error, `step ${n}`).toMatchObject({ code: 'STORE_FAILED' })
      expect(await files(), `step ${n}`).toEqual([])
      await fs.rm(root, { recursive: true, force: true })
    }
    expect(await files()).toEqual(['/packs/a'])
  })

  it('leaves the older file', async () => {
    await folder(root).put('packs/a', text('old'))
    for (let n = 1; ; n++) {
      const { fileSystem, fired } = failsAt(n)
      const store = folder(root, { fileSystem })
      const error = await store.put('packs/a', text('new')).catch((reason: unknown) => reason)
      if (!fired()) break
      expect(error, `step ${n}`).toMatchObject({ code: 'STORE_FAILED' })
      expect(await files(), `step ${n}`).toEqual(['/packs/a'])
      expect(await fs.readFile(join(root, 'packs/a'), 'utf8')).toBe('old')
    }
    expect(await fs.readFile(join(root, 'packs/a'), 'utf8')).toBe('new')
    expect(await files()).toEqual(['/packs/a'])
  })

  it('writes on where the disk took only a part', async () => {
    const open: FolderFileSystem['open'] = async (path, flags) => {
      const file = await fs.open(path, flags)
      const slow = (parts: readonly Uint8Array[]) => file.writev([(parts[0] as Uint8Array).subarray(0, 3)])
      return Object.assign(Object.create(file) as FolderFile, {
        writev: slow,
        read: file.read.bind(file),
        stat: file.stat.bind(file),
        sync: file.sync.bind(file),
        close: file.close.bind(file),
      })
    }
    const store = folder(root, { fileSystem: { ...fs, open } })
    await store.put('a', [Buffer.from('abcdefgh'), Buffer.from('ij'), Buffer.from('klmnop')])
    expect((await store.get('a')).toString()).toBe('abcdefghijklmnop')
  })
})

describe('folder store: interrupted', () => {
  it('begins nothing for a caller that is interrupted already', async () => {
    const store = folder(root)
    const options = { signal: AbortSignal.abort() }
    const listing = (async () => {
      for await (const _ of store.list('', options)) expect.fail()
    })()
    const calls = [store.put('b', text('x'), options), store.get('a', options), store.stat('a', options)]
    for (const call of [...calls, store.delete('a', options), listing]) {
      await expect(call).rejects.toMatchObject({ code: 'INTERRUPTED' })
    }
    expect(await files()).toEqual([])
  })

  it.each(['writev', 'sync'] as const)('leaves nothing when interrupted in %s', async (method) => {
    const controller = new AbortController()
    const fileSystem = observed([])
    const open: FolderFileSystem['open'] = async (path, flags) => {
      const file = await fileSystem.open(path, flags)
      if (!path.includes('~')) return file
      const original = file[method].bind(file) as (...args: unknown[]) => Promise<never>
      return {
        ...file,
        [method]: (...args: unknown[]) => {
          controller.abort()
          return original(...args)
        },
      }
    }
    const store = folder(root, { fileSystem: { ...fileSystem, open } })
    const body = Array.from({ length: 600 }, () => Buffer.from('x'))
    const put = store.put('a', body, { signal: controller.signal })
    await expect(put).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(await files()).toEqual([])
  })
})

describe('folder store: what dead writers left', () => {
  const uuid = '00000000-0000-4000-8000-000000000000'

  async function leave(name: string, ageHours = 0): Promise<void> {
    await fs.mkdir(root, { recursive: true })
    const path = join(root, name)
    await fs.writeFile(path, 'half')
    const then = new Date(Date.now() - ageHours * 3_600_000)
    await fs.utimes(path, then, then)
  }

  /** The name of a temporary file of this process, to be made another's. */
  async function ownName(): Promise<string> {
    let name = ''
    const rename = (from: string, to: string): Promise<void> => {
      name = from.slice(dirname(from).length + 1)
      return fs.rename(from, to)
    }
    await folder(root, { fileSystem: { ...fs, rename } }).put('own', text('x'))
    return name
  }

  it('removes those of ended processes and old ones, and nothing else', async () => {
    const [, machine] = /^~([0-9a-f]{8})-/.exec(await ownName()) as RegExpExecArray
    // Process 1 is always there; no system gives out numbers above 2^22.
    const alive = [`~${machine}-1-${uuid}`, `~${machine}-${process.pid}-${uuid}`, `~00000000-1-${uuid}`, '~mine']
    const dead = [`~${machine}-99999999-${uuid}`]
    const old = `~00000000-2-${uuid}`
    for (const name of [...alive, ...dead]) await leave(name)
    await leave(old, 2)
    expect(await keys(folder(root))).toEqual(['own'])
    await folder(root).put('b', text('x'))
    expect((await files()).sort()).toEqual([...alive, 'b', 'own'].map((name) => `/${name}`).sort())
  })

  it('does not mind that a writer ends meanwhile, but that looking fails', async () => {
    await leave(`~00000000-1-${uuid}`)
    const stat = (code: string) => (path: string) =>
      path.includes(uuid) ? Promise.reject(failure(code)) : fs.stat(path)
    await folder(root, { fileSystem: { ...fs, stat: stat('ENOENT') } }).put('b', text('x'))
    const failing = folder(root, { fileSystem: { ...fs, stat: stat('EIO') } }).put('c', text('x'))
    await expect(failing).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })
})
